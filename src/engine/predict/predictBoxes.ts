import type { CenterBox } from "../../core/tasks/grounding/boxes";
import type { BoxPrediction, PredictRequest } from "../../protocol/predict";
import { jointSource } from "../features/jointSource";
import type { OpenedModel } from "../openModel";
import { ItemEncoder } from "../query/itemEncoder";
import type { GroundingData } from "../tasks/groundingData";
import { drawPredictions } from "./drawPredictions";
import { withImages } from "./withImages";

type Pixels = BoxPrediction["boxes"][number]["box"];

/**
 * Boxes that expressions mean: each text about the image at the same place of the list, or about the only one.
 * @throws UserError when images and texts do not go together, or an image cannot be loaded
 */
export async function predictBoxes(
  model: OpenedModel,
  data: GroundingData,
  { images, texts, count, drawInto }: PredictRequest,
): Promise<readonly BoxPrediction[]> {
  const encoder = new ItemEncoder({ model, side: "joint" });
  const predictions: BoxPrediction[] = [];
  try {
    for (const { image, text } of withImages(images, texts, "expression")) {
      const source = jointSource([{ id: image, imagePath: image, text }], await data.reading());
      const { scores, boxes } = await encoder.encode(source);
      if (!scores || !boxes) throw new Error("The model gives scores and boxes.");
      const view = await data.view(image);
      const found = Array.from(scores.data, Number).map((score, query) => {
        const share = Array.from(boxes.data.subarray(4 * query, 4 * query + 4), Number) as unknown as CenterBox;
        const [x1, y1, x2, y2] = view.pixelsOf(share);
        return { box: [x1, y1, x2 - x1, y2 - y1] as Pixels, score };
      });
      const best = found.toSorted((a, b) => b.score - a.score).slice(0, count);
      predictions.push({ image, expression: text, boxes: best });
    }
  } finally {
    await encoder.dispose();
  }
  if (drawInto === undefined) return predictions;
  const { preprocessing } = await data.reading();
  return drawPredictions(predictions, drawInto, preprocessing.orientation);
}
