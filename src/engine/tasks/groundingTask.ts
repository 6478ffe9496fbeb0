import { UserError } from "../../core/errors";
import { namedFiles } from "../../core/experiment/dataFiles";
import {
  groundingPrecision,
  type GroundedExpression,
  meanIouOfFirst,
} from "../../core/datasets/metrics/groundingPrecision";
import type { VisualGroundingConfig } from "../../core/experiment/tasks/visualGroundingConfig";
import type { Feeds } from "../../core/graph/executor";
import { type Tensor, tensor, zeros } from "../../core/graph/tensor";
import type { GroundingLayer } from "../../core/nn/heads/groundingHeads";
import type { LayerWeights } from "../../core/nn/heads/answerHead";
import { groundingLoss } from "../../core/nn/losses/groundingLoss";
import type { ModelScope } from "../../core/nn/modelContext";
import type { CenterBox } from "../../core/tasks/grounding/boxes";
import { buildVisualGrounding, objectScores, type VisualGroundingOutput } from "../../core/tasks/visualGrounding";
import type { ExpressionItem } from "../datasets/expressionDataset";
import type { PictureView } from "../images/pictureView";
import type { SideInput } from "../training/sideInput";
import type { EvaluationPass, PassOutputs, SampleConfidence, Split, TrainingTask } from "../training/trainingTask";
import { matchExpressions } from "./matchExpressions";

/** What a decoder's layers are called beside the encoder's, where confidence is told by modality. */
export const decoderModality = "joint decoder";

/** Inputs of the step that speak of the boxes that are looked for. */
const inputs = {
  boxes: "expressions.boxes",
  tokenMap: "expressions.tokenMap",
  matching: "expressions.matching",
} as const;

export interface GroundingInputs {
  readonly items: readonly ExpressionItem[];
  /** Whether the image of an item could be read; the others belong to no split. */
  readonly isUsable: (item: number) => boolean;
  /** Item `i` is `items[i]`. */
  readonly joint: SideInput;
  /** Tokens of the text within the encoder's sequence: the first, and the one behind the last. */
  readonly textTokens: readonly [first: number, end: number];
  /** What the backbone sees of an item's image. */
  readonly viewOf: (item: number) => PictureView;
  /** Positions of the tokens of the text that speak of an item's box. */
  readonly tokensOf: (item: number) => readonly number[];
  /** Pre-trained layers of the heads. */
  readonly start: Readonly<Partial<Record<GroundingLayer, LayerWeights>>>;
}

/**
 * Visual grounding: a sample is an expression with the one box that it means. Every output (the model's, and those of the
 * decoder's tapped layers in training) is matched with the box anew before each step.
 * @throws UserError when a split is empty, or the text has more tokens than the class head has slots
 */
export function groundingTask(config: VisualGroundingConfig, data: GroundingInputs): TrainingTask {
  const { items, joint, textTokens, viewOf } = data;
  const rows: Readonly<Record<Split, Uint32Array>> = {
    train: rowsOf(config, data, "train"),
    val: rowsOf(config, data, "val"),
    test: rowsOf(config, data, "test"),
  };
  const { slots, alignmentDim } = config.heads;
  const textLength = textTokens[1] - textTokens[0];
  if (textLength >= slots)
    throw new UserError(
      `Texts have ${textLength} tokens, but "heads.slots" ${slots} leaves ${slots - 1} beside that of no object; lower "joint.backbone.maxTokens".`,
    );
  const describe = (row: number): string => `"${items[row]?.caption ?? "?"}" (${items[row]?.imagePath ?? "?"})`;
  const confidenceLayers: Record<string, readonly string[]> = {};
  const build = (scope: ModelScope, batchSize: number): VisualGroundingOutput => {
    const heads = { slotCount: slots, alignmentDim, start: data.start };
    const model = { method: config.joint.method, textTokens, heads };
    return buildVisualGrounding(scope, joint.declare(scope, batchSize), model);
  };
  const pass: EvaluationPass = {
    name: "joint",
    itemCount: (split) => rows[split].length,
    build: (scope, batchSize) => {
      const { method, predictions } = build(scope, batchSize);
      const { logits, boxes } = predictions.at(-1) as VisualGroundingOutput["predictions"][number];
      const { confidence, confidenceLayers: layers = [], decoder } = method;
      confidenceLayers["joint"] = layers.map((layer) => joint.layerNames[layer] ?? "?");
      confidenceLayers[decoderModality] = (decoder?.confidenceLayers ?? []).map(
        (at) => joint.decoderNames?.[at] ?? "?",
      );
      return {
        scores: objectScores(scope.g, logits),
        boxes,
        ...(confidence && { joint: confidence }),
        ...(decoder && { [decoderModality]: decoder.confidence }),
      };
    },
    read: (split, positions, needed) => joint.read(pick(rows[split], positions), needed),
    describe: (split, position) => describe(rows[split][position] ?? -1),
  };

  return {
    trainingSampleCount: rows.train.length,
    buildTraining: (scope, batchSize) => {
      const { g } = scope;
      const { method, predictions } = build(scope, batchSize);
      const target = {
        boxes: g.input(inputs.boxes, "float32", [batchSize, 1, 4]),
        tokenMap: g.input(inputs.tokenMap, "float32", [batchSize, 1, slots]),
        mask: g.constant(tensor("float32", [batchSize, 1], Array<number>(batchSize).fill(1))),
      };
      const losses = predictions.map((prediction, at) => {
        const matching = g.input(`${inputs.matching}.${at}`, "int64", [batchSize, 1]);
        return groundingLoss(g, prediction, { ...target, matching }).total;
      });
      return {
        loss: losses.reduce((sum, loss) => g.add(sum, loss)),
        reports: {
          ...(method.confidence && { "joint.confidence": method.confidence }),
          ...(method.decoder && { "decoder.confidence": method.decoder.confidence }),
        },
        assignment: Object.fromEntries(
          predictions.flatMap(({ logits, boxes }, at) => [
            [`logits.${at}`, logits],
            [`boxes.${at}`, boxes],
          ]),
        ),
      };
    },
    readTraining: async (samples, needed, draw) => {
      const wanted = pick(rows.train, samples);
      return { ...(await joint.read(wanted, needed, draw)), ...targetsOf(config, data, wanted) };
    },
    assign: (outputs, feeds) => {
      const target = { boxes: floatsOf(feeds, inputs.boxes), tokenMap: floatsOf(feeds, inputs.tokenMap) };
      const matched: Record<string, Tensor> = {};
      for (let at = 0; outputs[`logits.${at}`]; at++) {
        const prediction = { logits: floatsOf(outputs, `logits.${at}`), boxes: floatsOf(outputs, `boxes.${at}`) };
        matched[`${inputs.matching}.${at}`] = matchExpressions(prediction, target);
      }
      return matched;
    },
    passes: [pass],
    evaluate: (split, { joint: outputs = {} }) => {
      const expressions = groundedExpressions(outputs, rows[split], items, viewOf);
      const metrics = { ...groundingPrecision(expressions, config.overlap), meanIou: meanIouOfFirst(expressions) };
      const confidence = Object.entries(confidenceLayers).flatMap(
        ([modality, layers]): [string, SampleConfidence][] => {
          const values = outputs[modality];
          return values ? [[modality, { values, layers }]] : [];
        },
      );
      return { metrics, confidence: Object.fromEntries(confidence) };
    },
    describeTraining: (samples) => Array.from(pick(rows.train, samples), describe).join(", "),
  };
}

/** The usable items of a split, in the order of the data. */
function rowsOf(config: VisualGroundingConfig, { items, isUsable }: GroundingInputs, split: Split): Uint32Array {
  const rows = items.flatMap((item, row) => (item.split === split && isUsable(row) ? [row] : []));
  if (rows.length > 0) return Uint32Array.from(rows);
  throw new UserError(
    `${namedFiles(config.data)} has no usable expression in the split "${split}"; give some rows that split, or set data.split.`,
  );
}

/** The box and the token map of each item, as the loss reads them. */
function targetsOf(
  { heads: { slots }, tokenMap }: VisualGroundingConfig,
  { items, viewOf, tokensOf }: GroundingInputs,
  rows: Uint32Array,
): Feeds {
  const boxes = zeros("float32", [rows.length, 1, 4]);
  const maps = zeros("float32", [rows.length, 1, slots]);
  rows.forEach((row, at) => {
    boxes.data.set(viewOf(row).shareOf((items[row] as ExpressionItem).box), at * 4);
    const tokens = tokensOf(row);
    for (const token of tokens) maps.data[at * slots + token] = tokenMap === "ones" ? 1 : 1 / tokens.length;
  });
  return { [inputs.boxes]: boxes, [inputs.tokenMap]: maps };
}

/** What was found for every expression of a split, in pixels of its image. */
function groundedExpressions(
  { scores, boxes }: PassOutputs[string],
  rows: Uint32Array,
  items: readonly ExpressionItem[],
  viewOf: GroundingInputs["viewOf"],
): GroundedExpression[] {
  if (!scores || !boxes) throw new Error("The pass returns scores and boxes.");
  const queryCount = scores.shape[1] ?? 1;
  return Array.from(rows, (row, at) => {
    const view = viewOf(row);
    const [x, y, width, height] = (items[row] as ExpressionItem).box;
    const found = Array.from({ length: queryCount }, (_, query) => {
      const start = 4 * (at * queryCount + query);
      return view.pixelsOf(Array.from(boxes.data.subarray(start, start + 4), Number) as unknown as CenterBox);
    });
    return {
      scores: Array.from(scores.data.subarray(at * queryCount, (at + 1) * queryCount), Number),
      boxes: found,
      target: [x, y, x + width, y + height],
    };
  });
}

/** @throws Error when there are none of this name */
function floatsOf(tensors: Feeds, name: string): Tensor<"float32"> {
  const found = tensors[name];
  if (found?.dtype !== "float32") throw new Error(`There are no float32 values "${name}".`);
  return found as Tensor<"float32">;
}

function pick(rows: Uint32Array, positions: Uint32Array): Uint32Array {
  return positions.map((position) => rows[position] ?? 0);
}
