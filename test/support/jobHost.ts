import { startJob } from "../../src/jobs/startJob";
import type { JobRecord } from "../../src/core/experiment/jobRecord";

/** A stand-in for the extension host: starts the job it is sent, tells its directory, and is killed by the test. */
process.once("message", ({ record, script }: { record: JobRecord; script: string }) => {
  void startJob(record, { script }).then(({ directory }) => process.send?.(directory));
});
