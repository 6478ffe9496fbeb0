import type { ExtractReply } from "../../protocol/engine";
import type { ExitCode } from "../exitCode";
import { extractAll } from "../extractAll";
import { UserError } from "../../core/errors";
import { featureSets } from "../../jobs/featureSets";
import { cacheDirectoryOf, coreCount } from "../../jobs/placement";
import { watchInterrupt } from "../interrupt";
import { loadExperiment } from "../loadExperiment";
import { workerScript } from "../placement";
import { forecastJobs, forecastTable } from "../planReport";
import { LiveOutput } from "../terminal";

export interface ExtractOptions {
  readonly file: string;
  readonly variant?: readonly string[];
  readonly device?: string;
  readonly threads?: number;
  readonly jobs?: number;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** Fills the feature cache, or only says what that would cost. */
export async function extractCommand(options: ExtractOptions): Promise<ExitCode> {
  const { baseDirectory, plans } = await loadExperiment(options.file, options);
  const { device, threads, json = false } = options;
  const place = { baseDirectory, cacheDirectory: cacheDirectoryOf(baseDirectory), device, threads };
  const configs = plans.map(({ config }) => config);
  if (featureSets(configs).length === 0)
    throw new UserError(`"${options.file}" has "features.mode": "streamed", which keeps no features; use "cached".`);
  if (options.dryRun) {
    const forecasts = await forecastJobs(featureSets(configs), place);
    const text = json
      ? JSON.stringify({ features: forecasts.map(({ modality, forecast }) => ({ modality, ...forecast })) })
      : forecastTable(forecasts);
    process.stdout.write(`${text}\n`);
    return 0;
  }
  const live = new LiveOutput(process.stderr);
  const interrupt = watchInterrupt(live);
  try {
    const pool = { script: workerScript(), stop: interrupt.stop, kill: interrupt.kill };
    const features: ExtractReply[] = await extractAll(
      configs,
      place,
      { ...pool, concurrency: options.jobs ?? coreCount() },
      live,
    );
    if (json) process.stdout.write(`${JSON.stringify({ features })}\n`);
    return 0;
  } finally {
    live.finish();
    interrupt.release();
  }
}
