import { createHash } from "node:crypto";

import type { PreprocessingConfig } from "../../core/datasets/preprocessing";
import type { JointBackboneConfig } from "../../core/experiment/backboneConfig";
import type { NamedValue } from "../../core/graph/graph";
import { type DataType, type Shape, sizeOf, type Tensor, zeros } from "../../core/graph/tensor";
import { decodeImage } from "../images/decodeImage";
import { imageSize } from "../images/imageSize";
import { canvasOf, type PictureWindow, pictureWindow, pixelShape, preprocessImage } from "../images/preprocessImage";
import type { TextTokenizer } from "../texts/textTokenizer";
import { tokenInputs, writeTokens } from "../texts/tokenFeeds";
import type { BatchInput, FeatureSource, SourceInputs, TokenCount } from "./featureSource";
import { jointInputs } from "./jointInputs";
import { jointMask } from "./jointMask";
import { TokenList } from "./tokenList";

/** Raised when what backbones are fed with changes, so that cached features of the old way are not used. */
const JOINT_VERSION = 1;

export interface JointItem {
  readonly id: string;
  /** Absolute. */
  readonly imagePath: string;
  readonly text: string;
}

/** How images and texts become what one backbone reads. */
export interface JointReading {
  readonly preprocessing: PreprocessingConfig;
  readonly tokenizer: TextTokenizer;
  /** Which tokens come first in the joint sequence. */
  readonly sequence: JointBackboneConfig["sequence"];
}

/**
 * Images, each with a text, for a backbone that reads both as one sequence of tokens. Valid are the tokens of the text, without
 * their padding, and all of the image, but those of its padded border where the backbone reads a mask of the pixels (1 on the
 * picture, as in the DETR models of Hugging Face).
 */
export function jointSource(items: readonly JointItem[], reading: JointReading): FeatureSource {
  const item = (index: number): JointItem => {
    const found = items[index];
    if (!found) throw new RangeError(`There is no item ${index}; there are ${items.length}.`);
    return found;
  };
  const tokens = new TokenList(
    items.map(({ text }) => text),
    reading.tokenizer,
  );
  return {
    count: items.length,
    nameOf: (index) => `${item(index).id} ("${item(index).text}")`,
    hashOf: async (index, fingerprints) => {
      const image = await fingerprints.hashOf(item(index).imagePath);
      return createHash("sha256")
        .update(`${image} ${tokens.at(index).join()}`)
        .digest("hex");
    },
    describeInputs: (inputs, label, tokenCount) =>
      describeInputs({ inputs, label, tokenCount }, reading, tokens, (index) => item(index).imagePath),
  };
}

interface BackboneInputs {
  readonly inputs: readonly NamedValue[];
  readonly label: string;
  readonly tokenCount: TokenCount;
}

function describeInputs(
  { inputs, label, tokenCount }: BackboneInputs,
  { preprocessing, tokenizer, sequence }: JointReading,
  tokens: TokenList,
  pathOf: (index: number) => string,
): SourceInputs {
  const { pixels, pixelMask, texts } = jointInputs(inputs, label, preprocessing);
  const kinds = tokenInputs(texts, label);
  const textLength = tokens.lengthFor(texts, label);
  const { padTokenId } = tokenizer;
  const shapesOn = (canvas: readonly [number, number]) => {
    const picture = pixelShape({ ...preprocessing, size: [...canvas], canvas: "fixed" });
    return (batchSize: number): Readonly<Record<string, Shape>> => ({
      [pixels.name]: [batchSize, ...picture],
      ...(pixelMask && { [pixelMask.name]: [batchSize, ...canvas] }),
      ...Object.fromEntries(texts.map(({ name }) => [name, [batchSize, textLength]])),
    });
  };
  const types: Readonly<Record<string, DataType>> = {
    ...Object.fromEntries(inputs.map(({ name, dtype }) => [name, dtype])),
    [pixels.name]: "float32",
  };
  const makeBatch = (shapes: Readonly<Record<string, Shape>>): BatchInput => {
    const feeds: Record<string, Tensor> = Object.fromEntries(
      Object.entries(shapes).map(([name, shape]) => [name, zeros(types[name] ?? "float32", shape)]),
    );
    const picture = feeds[pixels.name] as Tensor<"float32">;
    const windows = new Map<number, PictureWindow>();
    const tokenCounts = new Map<number, number>();
    return {
      feeds,
      async write(row, index) {
        const image = await decodeImage(pathOf(index), preprocessing);
        preprocessImage(image, preprocessing, picture.data, row * sizeOf(picture.shape.slice(1)));
        if (pixelMask) {
          const window = pictureWindow(image, preprocessing);
          windows.set(row, window);
          writePixelMask(feeds[pixelMask.name] as Tensor, row, window);
        }
        const ids = tokens.at(index);
        tokenCounts.set(row, ids.length);
        for (const [name, kind] of kinds) writeTokens(feeds[name] as Tensor, kind, row, ids, padTokenId);
      },
      maskOf: (row) => jointMask(joint, tokenCounts.get(row) ?? 0, windows.get(row)),
    };
  };

  const [height, width] = preprocessing.size;
  const shapes = shapesOn([height, width]);
  const standing = shapesOn([width, height]);
  const length = tokenCount({ shapes, types });
  const joint = { label, order: sequence, textLength, length };
  return {
    settings: { kind: "joint", version: JOINT_VERSION, sequence, textLength, padTokenId, ...preprocessing },
    mask: { length },
    joint: {
      text: sequence === "text-image" ? [0, textLength] : [length - textLength, length],
      isToldPadding: pixelMask !== undefined,
    },
    shapes,
    types,
    makeBatch: (batchSize) => makeBatch(shapes(batchSize)),
    ...(preprocessing.canvas === "by-orientation" && {
      turned: {
        has: async (index) => {
          const [canvasHeight] = canvasOf(preprocessing, await imageSize(pathOf(index), preprocessing));
          return canvasHeight !== height;
        },
        shapes: standing,
        makeBatch: (batchSize) => makeBatch(standing(batchSize)),
      },
    }),
  };
}

function writePixelMask({ dtype, shape, data }: Tensor, row: number, { rows, columns }: PictureWindow): void {
  const [, height = 0, width = 0] = shape;
  const isWide = dtype === "int64" || dtype === "uint64";
  const target = data as unknown as (number | bigint)[];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const isPicture = y >= rows[0] && y < rows[1] && x >= columns[0] && x < columns[1];
      target[(row * height + y) * width + x] = isWide ? BigInt(isPicture) : Number(isPicture);
    }
  }
}
