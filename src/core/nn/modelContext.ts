import type { Value } from "../graph/graphBuilder";
import type { OpBuilder } from "../graph/opBuilder";
import type { Shape, Tensor } from "../graph/tensor";

/** How a parameter or buffer starts. Random kinds draw from the counter-based generator keyed by (seed, name). */
export type Initialization =
  | { readonly kind: "constant"; readonly value: number }
  /** Uniform in ±bound. */
  | { readonly kind: "uniform"; readonly bound: number }
  | { readonly kind: "normal"; readonly standardDeviation: number }
  | { readonly kind: "values"; readonly tensor: Tensor };

export const zeroInit: Initialization = { kind: "constant", value: 0 };
export const oneInit: Initialization = { kind: "constant", value: 1 };

export interface ParameterSpec {
  readonly name: string;
  readonly shape: Shape;
  readonly initialization: Initialization;
}

/** State that the forward pass updates and no gradient reaches: running statistics of a batch norm. */
export interface BufferSpec extends ParameterSpec {
  /** Name of the graph output holding its next value; undefined when this graph leaves it unchanged. */
  readonly next?: string;
}

/**
 * A graph input filled by the host from the counter-based generator keyed by (seed, step, name), so that any step can be
 * recomputed on any device. `dropout`: 0 with probability `rate`, else 1 / (1 − rate).
 */
export interface RandomInputSpec {
  readonly name: string;
  readonly shape: Shape;
  readonly distribution: { readonly kind: "dropout"; readonly rate: number };
}

/** Two buffers that hold the training set's mean and standard deviation of a value that depends on no parameter. */
export interface StatisticsSpec {
  readonly meanBuffer: string;
  readonly deviationBuffer: string;
  /** Graph output that carries the value, [B, F]; present in evaluation graphs only. */
  readonly output: string;
}

/**
 * Collects what a network under construction owns: parameters and buffers become inputs of the graph, so that their values
 * live outside it and the same graph serves every seed and checkpoint.
 */
export class ModelContext {
  readonly parameters: ParameterSpec[] = [];
  readonly buffers: BufferSpec[] = [];
  readonly randomInputs: RandomInputSpec[] = [];
  readonly statistics: StatisticsSpec[] = [];
  /** Next values of the buffers that this graph updates, by name. */
  readonly nextBuffers = new Map<string, Value>();

  constructor(
    readonly g: OpBuilder,
    readonly mode: "train" | "eval",
  ) {}

  /** The root scope: names as given. */
  get root(): ModelScope {
    return new ModelScope(this, "");
  }
}

/** A dotted name prefix within a {@link ModelContext}: `scope("downsample.0")` declares `downsample.0.weight` and so on. */
export class ModelScope {
  constructor(
    readonly context: ModelContext,
    readonly prefix: string,
  ) {}

  get g(): OpBuilder {
    return this.context.g;
  }

  get isTraining(): boolean {
    return this.context.mode === "train";
  }

  scope(name: string): ModelScope {
    return new ModelScope(this.context, this.#full(name));
  }

  /** Declares a trainable parameter. */
  parameter(name: string, shape: Shape, initialization: Initialization): Value {
    const full = this.#full(name);
    this.context.parameters.push({ name: full, shape, initialization });
    return this.g.input(full, "float32", shape);
  }

  /** Declares a buffer; in training, `next` computes its value after this step. */
  buffer(name: string, shape: Shape, initialization: Initialization): { value: Value; update(next: Value): void } {
    const full = this.#full(name);
    const value = this.g.input(full, "float32", shape);
    const index = this.context.buffers.push({ name: full, shape, initialization }) - 1;
    const update = (next: Value): void => {
      const output = `${full}.next`;
      this.g.output(output, next);
      this.context.nextBuffers.set(full, next);
      this.context.buffers[index] = { name: full, shape, initialization, next: output };
    };
    return { value, update };
  }

  /** Drops elements with probability `rate` in training and rescales the others; the identity in evaluation. */
  dropout(x: Value, rate: number): Value {
    if (!this.isTraining || rate === 0) return x;
    const name = this.#full(`dropout.${this.context.randomInputs.length}`);
    this.context.randomInputs.push({ name, shape: x.shape, distribution: { kind: "dropout", rate } });
    return this.g.mul(x, this.g.input(name, "float32", x.shape));
  }

  /** (x − mean) / (sd + 1e-6) with the mean and (population) standard deviation of x [B, F] over the training set. */
  standardize(x: Value): Value {
    const width = x.shape.slice(1);
    const mean = this.buffer("standardize.mean", width, zeroInit);
    const deviation = this.buffer("standardize.deviation", width, oneInit);
    if (!this.isTraining) {
      const output = this.#full("standardize.input");
      this.g.output(output, x);
      const [meanBuffer, deviationBuffer] = [this.#full("standardize.mean"), this.#full("standardize.deviation")];
      this.context.statistics.push({ meanBuffer, deviationBuffer, output });
    }
    return this.g.div(this.g.sub(x, mean.value), this.g.add(deviation.value, this.g.scalar(1e-6)));
  }

  #full(name: string): string {
    return this.prefix === "" ? name : `${this.prefix}.${name}`;
  }
}
