import type { ImageTextRetrievalConfig } from "../../core/experiment/tasks/imageTextRetrievalConfig";
import type { PairItem } from "../datasets/pairDataset";
import { readPairs } from "../datasets/readPairs";
import { imageSource } from "../features/imageSource";
import { textSource } from "../features/textSource";
import { retrievalTask } from "./retrievalTask";
import { imagePreprocessing, openTokenizer } from "./sideFiles";
import type { TaskData } from "./taskData";

/** Images with their captions: item `i` of the image side is `items[i]`, those of the text side are all captions in turn. */
export interface RetrievalData extends TaskData {
  readonly task: "image-text-retrieval";
  readonly items: readonly PairItem[];
}

/** Reads image-text pairs. @throws UserError when files are missing or hold nothing usable */
export async function readRetrievalData(
  config: ImageTextRetrievalConfig,
  baseDirectory: string,
): Promise<RetrievalData> {
  const { items, problems } = await readPairs(config.data, baseDirectory);
  return {
    task: config.task,
    items,
    problems,
    source: async (side) =>
      side === "image"
        ? imageSource(
            items.map(({ id, imagePath }) => ({ id, path: imagePath })),
            await imagePreprocessing(config.image.backbone, baseDirectory),
            config.image.augmentation,
          )
        : textSource(
            items.flatMap(({ id, captions }) => captions.map((text) => ({ id, text }))),
            await openTokenizer(config.text.backbone, baseDirectory),
            { augmentation: config.text.augmentation },
          ),
    build: (inputs) =>
      retrievalTask(config, {
        items,
        isUsable: (item) => inputs.has("image", item),
        image: inputs.of("image"),
        text: inputs.of("text"),
      }),
  };
}
