import type { RunEvent } from "../core/experiment/runEvent";
import type { ExtractReply, ExtractRequest } from "../protocol/engine";
import { chooseExecutor } from "./training/chooseExecutor";
import { extractModality } from "./training/extraction";
import { readData, reportProblems } from "./training/openTask";

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
  const { items, problems } = await readData(config, request.baseDirectory);
  // Problems of the data belong to all modalities; one of them reports.
  if (modality === "image") yield* reportProblems(problems);
  const { store, computed } = yield* extractModality({ ...request, items, executor }, modality, signal);
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
