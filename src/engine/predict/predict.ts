import { UserError } from "../../core/errors";
import type { RunEvent } from "../../core/experiment/runEvent";
import type { PredictReply, PredictRequest } from "../../protocol/predict";
import { openModel } from "../openModel";
import { predictAnswers } from "./predictAnswers";
import { predictBoxes } from "./predictBoxes";
import { predictPairs } from "./predictPairs";

/**
 * Puts new items through the best model of a run.
 * @throws UserError when there is nothing to predict, an item cannot be loaded, or the run has no best checkpoint
 */
export async function* predict(
  request: PredictRequest & { readonly signal: AbortSignal },
): AsyncGenerator<RunEvent, PredictReply> {
  if (request.images.length + request.texts.length + request.videos.length === 0)
    throw new UserError("There is nothing to predict; give texts, images or videos.");
  const model = yield* openModel(request);
  try {
    for (const message of model.changes) yield { type: "warning", message };
    const { data } = model.opened;
    switch (data.task) {
      case "image-text-retrieval":
      case "video-text-retrieval":
        return { kind: "rankings", predictions: await predictPairs(model, data, request) };
      case "visual-question-answering":
      case "compositional-question-answering":
        return { kind: "answers", predictions: await predictAnswers(model, data, request) };
      case "visual-grounding":
        return { kind: "boxes", predictions: await predictBoxes(model, data, request) };
    }
  } finally {
    await model.close();
  }
}
