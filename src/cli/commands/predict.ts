import { basename, resolve } from "node:path";
import type { Split } from "../../core/experiment/runEvent";
import type { PredictReply } from "../../protocol/predict";
import { nodeFileSystem } from "../../store/nodeFileSystem";
import { readManifest } from "../../store/runListing";
import { cacheDirectoryOf } from "../../jobs/placement";
import type { ExitCode } from "../exitCode";
import { watchInterrupt } from "../interrupt";
import { oneJob } from "../oneJob";
import { RunBoard } from "../runBoard";
import { renderTable } from "../table";
import { LiveOutput } from "../terminal";

export interface PredictOptions {
  readonly run: string;
  readonly image?: readonly string[];
  readonly text?: readonly string[];
  readonly video?: readonly string[];
  readonly split: Split;
  readonly top: number;
  readonly draw?: string;
  readonly device?: string;
  readonly threads?: number;
  readonly json?: boolean;
}

/** Puts new items through the best model of a run and prints what it makes of them. */
export async function predictCommand(options: PredictOptions): Promise<ExitCode> {
  const { run, image = [], text = [], video = [], split, top, draw, device, threads, json } = options;
  const runDirectory = resolve(run);
  const { baseDirectory } = await readManifest(nodeFileSystem, runDirectory);
  const live = new LiveOutput(process.stderr);
  const interrupt = watchInterrupt(live);
  const label = basename(runDirectory);
  const board = new RunBoard(live, [label]);
  try {
    const reply = await oneJob(
      {
        onEvent: (event) => board.take(label, event),
        run: (worker) =>
          worker.call("predict", {
            ...{ runDirectory, cacheDirectory: cacheDirectoryOf(baseDirectory), device, threads },
            ...{ images: image.map((path) => resolve(path)), texts: text, videos: video.map((path) => resolve(path)) },
            ...{ split, count: top, ...(draw !== undefined && { drawInto: resolve(draw) }) },
          }),
      },
      interrupt,
    );
    board.close();
    process.stdout.write(json ? `${JSON.stringify(reply)}\n` : tables(reply).join("\n"));
    return 0;
  } finally {
    board.close();
    interrupt.release();
  }
}

function tables(reply: PredictReply): string[] {
  switch (reply.kind) {
    case "rankings":
      return reply.predictions.map(({ query, results }) =>
        table(
          [query, "similarity", "id"],
          results.map(({ rank, similarity, id, path, text }) => [
            `${rank}  ${text ?? path ?? ""}`,
            figure(similarity),
            id,
          ]),
        ),
      );
    case "answers":
      return reply.predictions.map(({ image, question, answers }) =>
        table(
          [question, "probability", basename(image)],
          answers.map(({ answer, probability }) => [answer, figure(probability), ""]),
        ),
      );
    case "boxes":
      return reply.predictions.map(({ image, expression, boxes, drawing }) =>
        table(
          [expression, "score", drawing ?? basename(image)],
          boxes.map(({ box, score }) => [box.map((value) => value.toFixed(1)).join(", "), figure(score), ""]),
        ),
      );
  }
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  return `${renderTable(header, rows)}\n`;
}

function figure(value: number): string {
  return value.toFixed(3);
}
