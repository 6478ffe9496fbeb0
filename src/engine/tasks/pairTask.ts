import { UserError } from "../../core/errors";
import type { Metrics } from "../../core/experiment/metrics";
import type { SideName } from "../../core/experiment/sides";
import type { Value } from "../../core/graph/graphBuilder";
import type { Tensor } from "../../core/graph/tensor";
import type { TrainingPosition } from "../../core/nn/losses/tripletHinge";
import type { ModelScope } from "../../core/nn/modelContext";
import type { MethodInput } from "../../core/petl/method";
import type { EmbeddedSide } from "../../core/tasks/embeddedSide";
import type { SideInput } from "../training/sideInput";
import type { EvaluationPass, PassOutputs, Split, TrainingTask } from "../training/trainingTask";
import { type PairRows, splitRows, type SplitRows } from "./splitRows";

/** What tells one task of texts and their images, or videos, from another. */
export interface PairTaskOptions extends PairRows {
  /** Item `i` is `items[i]`. */
  readonly media: { readonly name: SideName; readonly noun: string; readonly input: SideInput };
  /** Captions of all items, one after the other. */
  readonly text: SideInput;
  /** The data files, for messages. */
  readonly dataName: string;
  describeItem(item: number): string;
  /** One side: its embedding [B, E] of length 1 and its confidence. */
  embed(scope: ModelScope, side: SideName, input: MethodInput): EmbeddedSide;
  /** The loss of embeddings [B, E] that belong together row by row. */
  loss(scope: ModelScope, media: Value, text: Value, position: TrainingPosition): Value;
  /** Metrics of a split from the embeddings of all its images or videos, [n, width], and captions, [m, width]. */
  metrics(embeddings: SplitEmbeddings, split: Split): Metrics;
}

export interface SplitEmbeddings {
  readonly media: Float32Array;
  readonly text: Float32Array;
  readonly width: number;
  /** The position of the image or video of each caption. */
  readonly captionMedia: readonly number[];
}

/** Retrieval: training samples are captions with what they belong to; everything of a split is ranked. */
export function pairTask(options: PairTaskOptions): TrainingTask {
  const { items, media, text } = options;
  const captionTexts = items.flatMap(({ captions }) => captions);
  const rows: Readonly<Record<Split, SplitRows>> = {
    train: usableRows(options, "train"),
    val: usableRows(options, "val"),
    test: usableRows(options, "test"),
  };
  const describeCaption = (row: number): string => `the caption "${captionTexts[row] ?? "?"}"`;
  const confidenceLayers: Record<string, readonly string[]> = {};

  const pass = (
    side: SideName,
    input: SideInput,
    rowsIn: (split: Split) => Uint32Array,
    describe: (row: number) => string,
  ): EvaluationPass => ({
    name: side,
    itemCount: (split) => rowsIn(split).length,
    build: (scope, batchSize) => {
      const embedded = options.embed(scope.scope(side), side, input.declare(scope, batchSize));
      const { embedding, confidence } = embedded;
      confidenceLayers[side] = layerNames(embedded, input);
      return { embedding, ...(confidence && { confidence }) };
    },
    read: (split, positions, needed) => input.read(pick(rowsIn(split), positions), needed),
    describe: (split, position) => describe(rowsIn(split)[position] ?? -1),
  });

  const { train } = rows;
  return {
    trainingSampleCount: train.captions.length,
    buildTraining: (scope, batchSize, position) => {
      const ofMedia = options.embed(scope.scope(media.name), media.name, media.input.declare(scope, batchSize));
      const ofText = options.embed(scope.scope("text"), "text", text.declare(scope, batchSize));
      return {
        loss: options.loss(scope.scope("loss"), ofMedia.embedding, ofText.embedding, position),
        reports: {
          ...(ofMedia.confidence && { [`${media.name}.confidence`]: ofMedia.confidence }),
          ...(ofText.confidence && { "text.confidence": ofText.confidence }),
        },
      };
    },
    readTraining: async (samples, needed, draw) => ({
      ...(await media.input.read(pick(train.media, mediaOf(train, samples)), needed, draw)),
      ...(await text.read(pick(train.captions, samples), needed, draw)),
    }),
    passes: [
      pass(
        media.name,
        media.input,
        (split) => rows[split].media,
        (item) => options.describeItem(item),
      ),
      pass("text", text, (split) => rows[split].captions, describeCaption),
    ],
    evaluate: (split, outputs) => ({
      metrics: options.metrics(embeddingsOf(outputs, media.name, rows[split]), split),
      confidence: Object.fromEntries(
        Object.entries(outputs).flatMap(([side, { confidence }]) =>
          confidence ? [[side, { values: confidence, layers: confidenceLayers[side] ?? [] }]] : [],
        ),
      ),
    }),
    describeTraining: (samples) =>
      Array.from(samples, (sample) => {
        const position = train.captionMedia[sample] ?? -1;
        return `${options.describeItem(train.media[position] ?? -1)} with ${describeCaption(train.captions[sample] ?? -1)}`;
      }).join(", "),
  };
}

/** Names of the hidden states behind the columns of a side's confidence. */
export function layerNames(
  { confidenceLayers = [] }: EmbeddedSide,
  input: Pick<SideInput, "layerNames">,
): readonly string[] {
  return confidenceLayers.map((layer) => input.layerNames[layer] ?? "?");
}

/** @throws UserError when the split has nothing in it */
function usableRows(options: PairTaskOptions, split: Split): SplitRows {
  const rows = splitRows(options, split);
  if (rows.media.length > 0) return rows;
  throw new UserError(
    `${options.dataName} has no usable ${options.media.noun} in the split "${split}"; give some rows that split, or set data.split.`,
  );
}

function embeddingsOf(outputs: PassOutputs, media: SideName, { captionMedia }: SplitRows): SplitEmbeddings {
  const [ofMedia, ofText] = [outputs[media]?.["embedding"], outputs["text"]?.["embedding"]];
  if (!ofMedia || !ofText) throw new Error("Both passes return embeddings.");
  const floats = ({ data }: Tensor): Float32Array => data as Float32Array;
  return { media: floats(ofMedia), text: floats(ofText), width: ofMedia.shape[1] ?? 1, captionMedia };
}

/** Positions of the images or videos of these captions. */
function mediaOf({ captionMedia }: SplitRows, samples: Uint32Array): Uint32Array {
  return samples.map((sample) => captionMedia[sample] ?? 0);
}

function pick(rows: Uint32Array, positions: Uint32Array): Uint32Array {
  return positions.map((position) => rows[position] ?? 0);
}
