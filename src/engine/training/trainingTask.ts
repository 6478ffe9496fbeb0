import type { Metrics } from "../../core/experiment/metrics";
import type { Split } from "../../core/experiment/runEvent";
import type { Feeds } from "../../core/graph/executor";
import type { Value } from "../../core/graph/graphBuilder";
import type { Tensor } from "../../core/graph/tensor";
import type { Draw } from "../../core/nn/itemRandom";
import type { ModelScope } from "../../core/nn/modelContext";
import type { TrainingPosition } from "../../core/nn/losses/tripletHinge";
import type { StepForward } from "../../core/step/buildStepGraph";

export type { Split };

/** What the trainer needs to know of a task; everything else (heads, losses, metrics, data) is the task's own business. */
export interface TrainingTask {
  /** Samples that one epoch visits, once each. */
  readonly trainingSampleCount: number;
  /** Adds the model and its loss for a batch of `batchSize` samples. */
  buildTraining(scope: ModelScope, batchSize: number, position: TrainingPosition): StepForward;
  /**
   * Feeds of those samples, by the names that `buildTraining` declared; valid until the next call.
   * @param draw the random choices of augmentation at this step
   */
  readTraining(samples: Uint32Array, needed: ReadonlySet<string>, draw: Draw): Promise<Feeds>;
  /**
   * Finds the inputs of the step that are no data, such as a matching of predictions with what is looked for.
   * @param outputs what `buildTraining` named under `assignment`, on the parameters before the step
   * @param feeds everything else that the step is fed
   */
  readonly assign?: ((outputs: Feeds, feeds: Feeds) => Feeds) | undefined;
  /** Independent forward passes whose collected outputs the metrics are made of, e.g. one per modality. */
  readonly passes: readonly EvaluationPass[];
  /** What is of interest in a single new item, where that is more than its pass collects; the pass's outputs otherwise. */
  readonly buildPrediction?: (scope: ModelScope, batchSize: number) => Readonly<Record<string, Value>>;
  /** Metrics of the whole split from the outputs of every pass. */
  evaluate(split: Split, outputs: PassOutputs): Evaluation;
  /** The items behind the rows of a pass, for messages: file names or texts. */
  describeTraining(samples: Uint32Array): string;
}

/** One forward pass over all items of a split. */
export interface EvaluationPass {
  readonly name: string;
  itemCount(split: Split): number;
  /** Adds the model for a batch of items and returns the outputs to collect, each [batchSize, …]. */
  build(scope: ModelScope, batchSize: number): Readonly<Record<string, Value>>;
  /** Feeds of items given by their position in the split; valid until the next call. */
  read(split: Split, items: Uint32Array, needed: ReadonlySet<string>): Promise<Feeds>;
  describe(split: Split, item: number): string;
}

/** By pass name, then by output name: all rows of the split, [n, …]. */
export type PassOutputs = Readonly<Record<string, Readonly<Record<string, Tensor>>>>;

export interface Evaluation {
  readonly metrics: Metrics;
  /** Layer confidence by modality. */
  readonly confidence: Readonly<Record<string, SampleConfidence>>;
}

/** Layer confidence of every sample of a split. */
export interface SampleConfidence {
  /** [n, L] */
  readonly values: Tensor;
  /** Names of the L hidden states. */
  readonly layers: readonly string[];
}
