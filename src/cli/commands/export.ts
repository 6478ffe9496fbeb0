import { join, resolve } from "node:path";
import type { ExportRequest } from "../../protocol/engine";
import type { ExitCode } from "../exitCode";
import { watchInterrupt } from "../interrupt";
import { oneJob } from "../oneJob";
import { LiveOutput } from "../terminal";

export interface ExportOptions {
  readonly run: string;
  readonly to: ExportRequest["format"];
  readonly out?: string;
  readonly json?: boolean;
}

/** Writes the best parameters of a run as ONNX models or safetensors, and prints where they are. */
export async function exportCommand({ run, to, out, json }: ExportOptions): Promise<ExitCode> {
  const runDirectory = resolve(run);
  const directory = resolve(out ?? join(run, "export"));
  const interrupt = watchInterrupt(new LiveOutput(process.stderr));
  try {
    const reply = await oneJob(
      { run: (worker) => worker.call("export", { runDirectory, format: to, directory }) },
      interrupt,
    );
    const text = json ? JSON.stringify(reply) : reply.files.join("\n");
    process.stdout.write(`${text}\n`);
    return 0;
  } finally {
    interrupt.release();
  }
}
