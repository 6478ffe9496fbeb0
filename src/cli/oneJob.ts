import { type PoolJob, type PoolOptions, runJobs } from "../jobs/workerPool";
import { workerScript } from "./placement";

/** Runs one job in a worker of its own. @throws what the job failed with */
export async function oneJob<T>(job: PoolJob<T>, signals: Pick<PoolOptions, "stop" | "kill"> = {}): Promise<T> {
  const [outcome] = await runJobs([job], { ...signals, script: workerScript(), concurrency: 1 });
  if (outcome?.status === "fulfilled") return outcome.value;
  throw outcome?.reason instanceof Error ? outcome.reason : new Error("The job has no outcome.");
}
