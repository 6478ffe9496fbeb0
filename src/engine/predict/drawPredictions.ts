import { mkdir } from "node:fs/promises";
import { join, parse } from "node:path";
import { UserError } from "../../core/errors";
import type { BoxPrediction } from "../../protocol/predict";
import { writeFileAtomic } from "../../store/atomicFile";
import { nodeFileSystem } from "../../store/nodeFileSystem";
import { drawBoxes } from "../images/drawBoxes";

/**
 * Writes each image with the most probable box drawn in, and says where.
 * @param directory made when it is missing
 * @throws UserError when it cannot be written to
 */
export async function drawPredictions(
  predictions: readonly BoxPrediction[],
  directory: string,
  orientation: "upright" | "as-stored",
): Promise<readonly BoxPrediction[]> {
  await mkdir(directory, { recursive: true }).catch((cause: unknown) => {
    throw new UserError(`The folder "${directory}" cannot be made (${(cause as Error).message}); choose another.`, {
      cause,
    });
  });
  const drawn: BoxPrediction[] = [];
  for (const [at, prediction] of predictions.entries()) {
    const [first] = prediction.boxes;
    if (!first) continue;
    const [x, y, width, height] = first.box;
    const caption = `${prediction.expression} (${first.score.toFixed(2)})`;
    const bytes = await drawBoxes(prediction.image, [{ box: [x, y, x + width, y + height], caption }], { orientation });
    // Numbered: several expressions may be about one image.
    const drawing = join(directory, `${String(at + 1).padStart(3, "0")}-${parse(prediction.image).name}.png`);
    await writeFileAtomic(nodeFileSystem, drawing, [bytes]);
    drawn.push({ ...prediction, drawing });
  }
  return drawn;
}
