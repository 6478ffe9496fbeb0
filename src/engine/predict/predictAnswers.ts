import { topAnswers } from "../../core/datasets/metrics/queryRanks";
import type { AnswerPrediction, PredictRequest } from "../../protocol/predict";
import { jointSource } from "../features/jointSource";
import type { OpenedModel } from "../openModel";
import { ItemEncoder } from "../query/itemEncoder";
import type { QuestionData } from "../tasks/questionData";
import { withImages } from "./withImages";

/**
 * Answers questions about images: each text about the image at the same place of the list, or about the only one.
 * @throws UserError when there are as many images as texts neither, or an image cannot be loaded
 */
export async function predictAnswers(
  model: OpenedModel,
  data: QuestionData,
  { images, texts, count }: PredictRequest,
): Promise<readonly AnswerPrediction[]> {
  const encoder = new ItemEncoder({ model, side: "joint" });
  const predictions: AnswerPrediction[] = [];
  try {
    for (const { image, text } of withImages(images, texts, "question")) {
      const source = jointSource([{ id: image, imagePath: image, text }], await data.reading());
      const { probabilities } = await encoder.encode(source);
      if (!probabilities) throw new Error("The model gives a probability for every answer.");
      const scores = Float64Array.from(probabilities.data as Float32Array);
      const answers = topAnswers(scores, count).map(({ index }) => ({
        answer: data.answers[index] ?? "?",
        probability: scores[index] ?? NaN,
      }));
      predictions.push({ image, question: text, answers });
    }
  } finally {
    await encoder.dispose();
  }
  return predictions;
}
