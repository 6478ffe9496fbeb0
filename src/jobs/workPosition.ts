import type { RunEvent } from "../core/experiment/runEvent";

/** Follows how far a run or an extraction is by its events, in words that complete "died at …". */
export class WorkPosition {
  #text = "its start";

  get text(): string {
    return this.#text;
  }

  take(event: RunEvent): void {
    switch (event.type) {
      case "extractionProgress":
        this.#text = `${event.modality} ${event.done} of the extraction`;
        break;
      case "stepEnd":
        // What follows the end of a step is the next one, its evaluation or its checkpoint.
        this.#text = `the work after step ${event.step}`;
        break;
      case "runStarted":
        this.#text = event.resumedFromStep === undefined ? "its start" : `the work after step ${event.resumedFromStep}`;
        break;
      case "deviceChosen":
      case "phaseStarted":
      case "phaseEnded":
      case "trainingPlanned":
      case "epochEnd":
      case "evaluationEnd":
      case "checkpointSaved":
      case "memorySampled":
      case "warning":
      case "itemSkipped":
      case "runEnded":
      case "runFailed":
        break;
    }
  }
}
