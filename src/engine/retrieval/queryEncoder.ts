import { UserError } from "../../core/errors";
import type { ExperimentConfig } from "../../core/experiment/experimentConfig";
import type { Graph, NamedValue } from "../../core/graph/graph";
import type { Tensor } from "../../core/graph/tensor";
import { fromData } from "../../core/graph/tensor";
import { keepOutputs, resolveTaps } from "../../core/onnx/resolveTaps";
import { buildEvaluationGraph } from "../../core/step/buildEvaluationGraph";
import type { TapGraph } from "../../core/onnx/tapGraph";
import { planTaps } from "../features/extractionPlan";
import type { FeatureSource, SourceInputs } from "../features/featureSource";
import { findNonFinite } from "../features/nonFinite";
import type { OrtExecutor } from "../ort/ortExecutor";
import type { OrtProgram } from "../ort/ortProgram";
import type { TrainingState } from "../ort/trainingState";
import type { Modality } from "../training/extraction";
import { hiddenStateInput, maskInput } from "../training/featureInputs";
import { buildSide } from "../training/retrievalTask";
import { withoutUnusedInputs } from "../training/usedInputs";

export interface EncoderOptions {
  readonly config: ExperimentConfig;
  readonly side: Modality;
  readonly backbone: { readonly path: string; readonly graph: Graph };
  readonly executor: OrtExecutor;
  /** Parameters of the trained model. */
  readonly state: TrainingState;
}

export interface EncodedQuery {
  /** Of length 1, [E]. */
  readonly embedding: Float32Array;
  /** [L], of sides that have a layer confidence. */
  readonly confidence?: readonly number[] | undefined;
}

interface Prepared {
  /** Sizes that the programs are made for. */
  readonly sizes: string;
  readonly tapGraph: TapGraph;
  readonly batchSize: number;
  readonly backbone: OrtProgram;
  readonly head: OrtProgram;
}

/**
 * Embeds single items that are not of the data set, by the way that those went: backbone, hidden states in the type of the
 * features, trained model. The backbone is loaded with the first item and stays until the encoder is disposed of.
 */
export class QueryEncoder {
  #modelInputs: readonly NamedValue[] | undefined;
  #prepared: Prepared | undefined;

  constructor(readonly options: EncoderOptions) {}

  /**
   * Embeds the first item of a source.
   * @throws UserError when the item cannot be loaded, or the backbone gives a value that is not finite
   */
  async encode(source: FeatureSource): Promise<EncodedQuery> {
    const { side, backbone } = this.options;
    const inputs = source.describeInputs(this.#inputs(), backbone.path);
    const { tapGraph, batchSize, backbone: program, head } = await this.#prepare(source, inputs);
    const batch = inputs.makeBatch(batchSize);
    for (let row = 0; row < batchSize; row++) await batch.write(row, 0);
    const outputs = await program.run(batch.feeds);
    const feeds: Record<string, Tensor> = {};
    for (const [layer, { output, value }] of tapGraph.taps.entries()) {
      const tap = outputs[output];
      if (!tap) throw new Error(`The graph has no tap "${value}".`);
      if (findNonFinite(tap, tap.data.length) !== undefined)
        throw new UserError(
          `The hidden state "${value}" of "${backbone.path}" is not finite for ${source.nameOf(0)}; choose another query.`,
        );
      feeds[hiddenStateInput(side, layer)] = tap;
    }
    if (inputs.mask) {
      const { length } = inputs.mask;
      const mask = new Float32Array(batchSize * length);
      for (let row = 0; row < batchSize; row++) mask.set(inputs.mask.of(0), row * length);
      feeds[maskInput(side)] = fromData("float32", [batchSize, length], mask);
    }
    const { embedding, confidence } = await head.run(feeds);
    if (!embedding) throw new Error("The model returns an embedding.");
    return {
      embedding: firstRow(embedding).slice(),
      ...(confidence && { confidence: [...firstRow(confidence)] }),
    };
  }

  async dispose(): Promise<void> {
    const prepared = this.#prepared;
    this.#prepared = undefined;
    await prepared?.backbone.dispose();
    await prepared?.head.dispose();
  }

  #inputs(): readonly NamedValue[] {
    const { config, side, backbone } = this.options;
    this.#modelInputs ??= keepOutputs(
      backbone.graph,
      resolveTaps(backbone.graph, config[side].backbone.hiddenStates, backbone.path),
    ).inputs;
    return this.#modelInputs;
  }

  /** Texts of another length need other graphs; images all have one size. */
  async #prepare(source: FeatureSource, inputs: SourceInputs): Promise<Prepared> {
    const sizes = JSON.stringify(inputs.shapes(1));
    if (this.#prepared?.sizes === sizes) return this.#prepared;
    await this.dispose();
    const { config, side, backbone, executor, state } = this.options;
    const { dtype } = config.features;
    const taps = config[side].backbone.hiddenStates;
    const { tapGraph, batchSize } = planTaps({ backbone, taps, source, dtype, batchSize: 1 });
    const features = {
      modality: side,
      layers: tapGraph.taps.map(({ value, shape }) => ({ name: value, shape, dtype })),
      maskLength: inputs.mask?.length,
    };
    const { graph } = buildEvaluationGraph((scope) => {
      const { embedding, confidence } = buildSide(scope, config, side, features, batchSize);
      return { embedding, ...(confidence && { confidence }) };
    }, `query-${side}`);
    const head = await executor.prepareEvaluation(withoutUnusedInputs(graph), state);
    const prepared = { sizes, tapGraph, batchSize, backbone: await executor.prepare(tapGraph.graph), head };
    this.#prepared = prepared;
    return prepared;
  }
}

function firstRow({ shape, data }: Tensor): Float32Array {
  return (data as Float32Array).subarray(0, shape[1] ?? 0);
}
