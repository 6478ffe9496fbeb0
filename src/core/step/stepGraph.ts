import type { Graph } from "../graph/graph";
import type { BufferSpec, ParameterSpec, RandomInputSpec } from "../nn/modelContext";

/**
 * One optimizer update as one graph: forward, backward, clipping and optimizer.
 *
 * Inputs: data (hidden states, masks), every parameter, every buffer, every optimizer moment, random inputs and `step`
 * (int64 scalar, the number of updates done before this one). Outputs: `loss`, `learningRate`, `gradientNorm`, anything the
 * task adds (e.g. `image.confidence`), and the next value of every state tensor.
 */
export interface StepGraph {
  readonly graph: Graph;
  readonly parameters: readonly ParameterSpec[];
  readonly buffers: readonly BufferSpec[];
  readonly randomInputs: readonly RandomInputSpec[];
  /**
   * State tensors: what is fed under `input` next time is what came out under `output` this time. Moments start at zero.
   * Buffers that a step leaves unchanged (statistics of the training set) are inputs without a link.
   */
  readonly state: readonly StateLink[];
  /** Outputs that are no state: scalars and diagnostics. */
  readonly reports: readonly string[];
  /**
   * The part of the forward pass from whose outputs the task finds inputs of the step that are no data, such as a matching: it
   * is run before the step, on the same values. Its inputs are inputs of the step under the same names.
   */
  readonly assignment?: Graph | undefined;
}

export interface StateLink {
  readonly input: string;
  readonly output: string;
  readonly kind: "parameter" | "buffer" | "moment" | "average";
  /** Of an average: the parameter or buffer that it follows, as which it starts. */
  readonly follows?: string | undefined;
}
