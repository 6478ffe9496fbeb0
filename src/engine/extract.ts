import type { RunEvent } from "../core/experiment/runEvent";
import type { ExtractReply, ExtractRequest } from "../protocol/engine";
import { chooseExecutor } from "./training/chooseExecutor";
import { extractSide } from "./training/extraction";
import { sidesOf } from "../core/experiment/sides";
import { readTaskData } from "./tasks/taskData";
import { reportProblems } from "./training/openTask";

/**
 * Fills the feature cache with one modality of an experiment.
 * @throws UserError when files are missing or do not fit together, Cancelled when it was stopped; what is done is kept
 */
export async function* extract(
  request: ExtractRequest & { readonly signal: AbortSignal },
): AsyncGenerator<RunEvent, ExtractReply> {
  const { config, modality, signal } = request;
  const startMs = performance.now();
  const { executor, event } = await chooseExecutor(config, request);
  yield event;
  const data = await readTaskData(config, request.baseDirectory);
  // Problems of the data belong to all sides; the first one reports.
  if (modality === sidesOf(config)[0]?.name) yield* reportProblems(data.problems);
  const { store, computed } = yield* extractSide({ ...request, data, executor }, modality, signal);
  const count = store.places.length;
  await store.close();
  return {
    modality,
    items: count,
    fromCache: count - computed,
    bytes: count * store.layout.recordBytes,
    seconds: (performance.now() - startMs) / 1000,
    device: executor.device,
  };
}
