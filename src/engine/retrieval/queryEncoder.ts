import type { RetrievalSide } from "../../core/datasets/retrievalResults";
import { UserError } from "../../core/errors";
import type { ImageTextRetrievalConfig } from "../../core/experiment/tasks/imageTextRetrievalConfig";
import { sideOf } from "../../core/experiment/sides";
import type { Graph } from "../../core/graph/graph";
import type { Tensor } from "../../core/graph/tensor";
import { resolveTaps } from "../../core/onnx/resolveTaps";
import { buildEvaluationGraph } from "../../core/step/buildEvaluationGraph";
import type { FeatureSource } from "../features/featureSource";
import { describeSource } from "../features/extractionPlan";
import { findNonFinite } from "../features/nonFinite";
import type { OrtExecutor } from "../ort/ortExecutor";
import type { OrtProgram } from "../ort/ortProgram";
import type { TrainingState } from "../ort/trainingState";
import { embedSide } from "../tasks/retrievalTask";
import type { SideInput } from "../training/sideInput";
import { streamedInput } from "../training/streamedInput";
import { usedInputs, withoutUnusedInputs } from "../training/usedInputs";

export interface EncoderOptions {
  readonly config: ImageTextRetrievalConfig;
  readonly side: RetrievalSide;
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
  /** Sizes that the program is made for. */
  readonly sizes: string;
  readonly program: OrtProgram;
  readonly needed: ReadonlySet<string>;
}

/**
 * Embeds single items that are not of the data set, by the way that those went: backbone, hidden states in the type of the
 * features, trained model, all in one program. It is made for the first item and stays until the encoder is disposed of.
 */
export class QueryEncoder {
  #prepared: Prepared | undefined;

  constructor(readonly options: EncoderOptions) {}

  /**
   * Embeds the first item of a source.
   * @throws UserError when the item cannot be loaded, or its embedding is not finite
   */
  async encode(source: FeatureSource): Promise<EncodedQuery> {
    const { config, side: name, backbone } = this.options;
    const side = sideOf(config, name);
    const input = streamedInput({ side, backbone, source, dtype: config.features.dtype });
    const { program, needed } = await this.#prepare(source, input);
    const { embedding, confidence } = await program.run(await input.read(Uint32Array.of(0), needed));
    if (!embedding) throw new Error("The model returns an embedding.");
    if (findNonFinite(embedding, embedding.data.length) !== undefined)
      throw new UserError(`The embedding of ${source.nameOf(0)} is not finite; choose another query.`);
    return {
      embedding: firstRow(embedding).slice(),
      ...(confidence && { confidence: [...firstRow(confidence)] }),
    };
  }

  async dispose(): Promise<void> {
    const prepared = this.#prepared;
    this.#prepared = undefined;
    await prepared?.program.dispose();
  }

  /** Texts of another length need another program; images all have one size. */
  async #prepare(source: FeatureSource, input: SideInput): Promise<Prepared> {
    const { config, side, executor, state, backbone } = this.options;
    const { graph: model, path } = backbone;
    const taps = resolveTaps(model, config[side].backbone.hiddenStates, path);
    const sizes = JSON.stringify(describeSource(source, backbone, taps).shapes(1));
    if (this.#prepared?.sizes === sizes) return this.#prepared;
    await this.dispose();
    const built = buildEvaluationGraph((scope) => {
      const { embedding, confidence } = embedSide(scope.scope(side), config, side, input.declare(scope, 1));
      return { embedding, ...(confidence && { confidence }) };
    }, `query-${side}`);
    const graph = withoutUnusedInputs(built.graph);
    const prepared = { sizes, program: await executor.prepareEvaluation(graph, state), needed: usedInputs(graph) };
    this.#prepared = prepared;
    return prepared;
  }
}

function firstRow({ shape, data }: Tensor): Float32Array {
  return (data as Float32Array).subarray(0, shape[1] ?? 0);
}
