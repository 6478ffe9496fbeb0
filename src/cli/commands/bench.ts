import { UserError } from "../../core/errors";
import { devices, defaultThreads } from "../../engine/ort/sessionOptions";
import type { ExitCode } from "../exitCode";

export interface BenchOptions {
  readonly case: string;
  readonly threads?: number;
  readonly batch?: number;
  readonly steps?: number;
  readonly device?: string;
  readonly json?: boolean;
}

/** Times one benchmark case in this process and prints one line. */
export async function benchCommand(options: BenchOptions): Promise<ExitCode> {
  const device = devices.find((name) => name === (options.device ?? "cpu"));
  if (!device)
    throw new UserError(`"${options.device ?? ""}" is no device to measure; choose one of ${devices.join(", ")}.`);
  const { runBench } = await import("../../engine/bench/runBench");
  const { threads = defaultThreads(), batch, steps } = options;
  const result = await runBench(options.case, device, { threads, batch, steps });
  if (options.json) process.stdout.write(`${JSON.stringify(result)}\n`);
  else {
    const fields = Object.entries(result).map(([name, value]) => `${name} ${value}`);
    process.stdout.write(`${fields.join("  ")}\n`);
  }
  return 0;
}
