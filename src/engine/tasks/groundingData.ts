import { resolve } from "node:path";
import type { VisualGroundingConfig } from "../../core/experiment/tasks/visualGroundingConfig";
import type { PreprocessingConfig } from "../../core/datasets/preprocessing";
import { type GroundingLayer, groundingLayers } from "../../core/nn/heads/groundingHeads";
import type { LayerWeights } from "../../core/nn/heads/answerHead";
import type { ExpressionItem } from "../datasets/expressionDataset";
import { readExpressions } from "../datasets/readExpressions";
import type { FeatureSource, JointTokens } from "../features/featureSource";
import { type JointReading, jointSource } from "../features/jointSource";
import { imageSize } from "../images/imageSize";
import { PictureView } from "../images/pictureView";
import type { ImageSize } from "../images/preprocessImage";
import { readModelFile } from "../models/readModelFile";
import { readLayer } from "../models/readWeights";
import { groundingTask } from "./groundingTask";
import { jointReading } from "./sideFiles";
import type { TaskData } from "./taskData";
import { phraseTokens } from "./phraseTokens";

/** Expressions, each meaning one box of its image: item `i` of the joint side is `items[i]`. */
export interface GroundingData extends TaskData {
  readonly task: "visual-grounding";
  readonly items: readonly ExpressionItem[];
  /** How an image and an expression become what the backbone reads. */
  reading(): Promise<JointReading>;
  /** What the backbone sees of an image that is not of the data set. @throws UserError when it is no image */
  view(imagePath: string): Promise<PictureView>;
}

/** Reads expressions and their boxes. @throws UserError when files are missing or hold nothing usable */
export async function readGroundingData(config: VisualGroundingConfig, baseDirectory: string): Promise<GroundingData> {
  const { backbone } = config.joint;
  const { items, problems } = await readExpressions(config.data, baseDirectory);
  const reading = await jointReading(backbone, baseDirectory);
  const { preprocessing, tokenizer } = reading;
  const sizes = await imageSizes(items, preprocessing);
  const start = await pretrainedLayers(config, baseDirectory);
  let joint: JointTokens | undefined;
  return {
    task: config.task,
    items,
    problems,
    reading: () => Promise.resolve(reading),
    view: async (imagePath) => {
      if (!joint) throw new Error("The backbone is looked at before its task is built.");
      return new PictureView(await imageSize(imagePath, preprocessing), preprocessing, joint.isToldPadding);
    },
    source: () => {
      const source = jointSource(
        items.map(({ id, imagePath, caption }) => ({ id, imagePath, text: caption })),
        reading,
      );
      const describeInputs: FeatureSource["describeInputs"] = (...about) => {
        const inputs = source.describeInputs(...about);
        ({ joint } = inputs);
        return inputs;
      };
      return Promise.resolve({ ...source, describeInputs });
    },
    build: (inputs) => {
      if (!joint) throw new Error("The backbone is looked at before its task is built.");
      const { text, isToldPadding } = joint;
      return groundingTask(config, {
        items,
        isUsable: (item) => inputs.has("joint", item),
        joint: inputs.of("joint"),
        textTokens: text,
        viewOf: (item) => new PictureView(sizes[item] ?? { width: 1, height: 1 }, preprocessing, isToldPadding),
        tokensOf: (item) => phraseTokens(items[item] as ExpressionItem, tokenizer),
        start,
      });
    },
  };
}

/** The size of each item's image: as its data file says, else as the image does; of unreadable ones nothing is known. */
async function imageSizes(
  items: readonly ExpressionItem[],
  preprocessing: PreprocessingConfig,
): Promise<(ImageSize | undefined)[]> {
  const known = new Map<string, ImageSize | undefined>();
  for (const { imagePath, imageSize: declared } of items) {
    if (declared) known.set(imagePath, { height: declared[0], width: declared[1] });
    // An image that cannot be read is reported when its features are extracted.
    else if (!known.has(imagePath))
      known.set(imagePath, await imageSize(imagePath, preprocessing).catch(() => undefined));
  }
  return items.map(({ imagePath }) => known.get(imagePath));
}

/** Layers of the heads that start as those in the backbone's file. */
async function pretrainedLayers(
  { heads, joint }: VisualGroundingConfig,
  baseDirectory: string,
): Promise<Partial<Record<GroundingLayer, LayerWeights>>> {
  const { pretrained } = heads;
  if (!pretrained) return {};
  const path = resolve(baseDirectory, joint.backbone.model);
  const { graph } = await readModelFile(path);
  const start: Partial<Record<GroundingLayer, LayerWeights>> = {};
  for (const layer of groundingLayers) {
    const names = pretrained[layer];
    if (names) start[layer] = await readLayer({ graph, path }, names, `heads.pretrained.${layer}`);
  }
  return start;
}
