import { basename, resolve } from "node:path";
import type { Split } from "../../core/experiment/runEvent";
import { flattenMetrics } from "../../core/experiment/flattenMetrics";
import type { EvaluateReply } from "../../protocol/engine";
import { nodeFileSystem } from "../../store/nodeFileSystem";
import { readManifest } from "../../store/runListing";
import type { ExitCode } from "../exitCode";
import { watchInterrupt } from "../interrupt";
import { oneJob } from "../oneJob";
import { cacheDirectoryOf } from "../../jobs/placement";
import { RunBoard } from "../runBoard";
import { renderTable } from "../table";
import { LiveOutput } from "../terminal";

export interface EvaluateOptions {
  readonly run: string;
  readonly split: Split;
  readonly device?: string;
  readonly threads?: number;
  readonly json?: boolean;
}

/** Evaluates the best checkpoint of a run and prints its metrics. */
export async function evaluateCommand({ run, split, device, threads, json }: EvaluateOptions): Promise<ExitCode> {
  const runDirectory = resolve(run);
  const { baseDirectory } = await readManifest(nodeFileSystem, runDirectory);
  const live = new LiveOutput(process.stderr);
  const interrupt = watchInterrupt(live);
  const label = basename(runDirectory);
  const board = new RunBoard(live, [label]);
  try {
    const place = { cacheDirectory: cacheDirectoryOf(baseDirectory), device, threads };
    const reply = await oneJob(
      {
        onEvent: (event) => board.take(label, event),
        run: (worker) => worker.call("evaluate", { ...place, runDirectory, split }),
      },
      interrupt,
    );
    board.close();
    print(reply, split, json ?? false);
    return 0;
  } finally {
    board.close();
    interrupt.release();
  }
}

function print({ metrics, confidence, device }: EvaluateReply, split: Split, asJson: boolean): void {
  if (asJson) {
    process.stdout.write(`${JSON.stringify({ split, metrics, confidence, device })}\n`);
    return;
  }
  const rows = Object.entries(flattenMetrics(metrics)).map(([name, value]) => [name, value.toFixed(2)]);
  process.stdout.write(`${renderTable([`${split} split, on ${device}`, "value"], rows)}\n`);
  for (const [modality, layers] of Object.entries(confidence ?? {})) {
    const shares = layers.map(({ layer, mean, standardDeviation }) => [
      layer,
      mean.toFixed(3),
      standardDeviation.toFixed(3),
    ]);
    process.stdout.write(`\n${renderTable([`confidence, ${modality}`, "mean", "sd over samples"], shares)}\n`);
  }
}
