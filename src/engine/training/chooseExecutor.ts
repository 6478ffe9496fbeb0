import type { ExperimentConfig } from "../../core/experiment/experimentConfig";
import type { RunEvent } from "../../core/experiment/runEvent";
import type { Placement } from "../../protocol/engine";
import { chooseDevice } from "../ort/devices";
import { OrtExecutor } from "../ort/ortExecutor";
import { threadsFor } from "../ort/sessionOptions";

export interface ChosenExecutor {
  readonly executor: OrtExecutor;
  readonly threads: number;
  /** Says what was wanted, what really runs, and why anything better does not. */
  readonly event: Extract<RunEvent, { type: "deviceChosen" }>;
}

/**
 * The executor with the threads that were chosen, or else those of the run that is resumed (other numbers of threads round
 * differently), or else its share of the cores; on the device that is asked for, or on the best that verifiably runs.
 * @throws UserError when a device was named that does not run here
 */
export async function chooseExecutor(
  config: Pick<ExperimentConfig, "device" | "threads">,
  place: Pick<Placement, "device" | "threads" | "sharedBy">,
  earlierThreads?: number,
): Promise<ChosenExecutor> {
  const wanted = place.device ?? config.device;
  const threads = place.threads ?? config.threads ?? earlierThreads ?? threadsFor(place.sharedBy);
  const { device, fallbacks } = await chooseDevice(wanted);
  return {
    executor: new OrtExecutor({ device, threads }),
    threads,
    event: { type: "deviceChosen", wanted, device, fallbacks: [...fallbacks] },
  };
}
