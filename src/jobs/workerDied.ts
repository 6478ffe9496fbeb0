import { RunFailure } from "../core/errors";
import type { ProcessDeath } from "./processDeath";

/** The process that did the work is gone, though nobody asked for that; the work may go on from where it was saved. */
export class WorkerDied extends RunFailure {
  constructor(
    readonly death: ProcessDeath,
    options?: ErrorOptions,
  ) {
    super(death.reason, options);
  }
}
