import { type EndSignals, runInWorker, type WorkerJob } from "../jobs/runInWorker";
import { workerScript } from "./placement";

/** Runs one job in a worker of its own. @throws what the job failed with */
export function oneJob<T>(job: WorkerJob<T>, signals: EndSignals = {}): Promise<T> {
  return runInWorker(job, { ...signals, script: workerScript() });
}
