import { resolve } from "node:path";
import { UserError } from "../../core/errors";
import { besideHiddenStates, sideOf, type SideName } from "../../core/experiment/sides";
import type { Graph } from "../../core/graph/graph";
import type { Tensor } from "../../core/graph/tensor";
import { resolveTaps } from "../../core/onnx/resolveTaps";
import { buildEvaluationGraph } from "../../core/step/buildEvaluationGraph";
import { describeSource } from "../features/extractionPlan";
import type { FeatureSource } from "../features/featureSource";
import { findNonFinite } from "../features/nonFinite";
import { readModelFile } from "../models/readModelFile";
import type { OpenedModel } from "../openModel";
import type { OrtProgram } from "../ort/ortProgram";
import { streamedInput } from "../training/streamedInput";
import type { EvaluationPass } from "../training/trainingTask";
import { usedInputs, withoutUnusedInputs } from "../training/usedInputs";

export interface EncoderOptions {
  readonly model: Pick<OpenedModel, "config" | "baseDirectory" | "opened" | "executor" | "state">;
  /** The side that items are of; the task's evaluation pass of this name reads no other. */
  readonly side: SideName;
}

interface Prepared {
  /** Sizes that the program is made for. */
  readonly sizes: string;
  readonly program: OrtProgram;
  readonly needed: ReadonlySet<string>;
}

/**
 * Runs single items that are not of the data set through a trained model, by the way that those went: backbone, hidden states
 * in the type of the features, trained network, all in one program. It is made for the first item and stays until the encoder
 * is disposed of.
 */
export class ItemEncoder {
  #model: Graph | undefined;
  #prepared: Prepared | undefined;

  constructor(readonly options: EncoderOptions) {}

  /**
   * What the task's pass gives for the first item of a source, each [1, …].
   * @throws UserError when the item cannot be loaded, or what it gives is not finite
   */
  async encode(source: FeatureSource): Promise<Readonly<Record<string, Tensor>>> {
    const { model, side: name } = this.options;
    const { config, baseDirectory, opened } = model;
    const side = sideOf(config, name);
    const path = resolve(baseDirectory, side.backbone.model);
    this.#model ??= (await readModelFile(path)).graph;
    const backbone = { path, graph: this.#model };
    const { embedding, decoder } = besideHiddenStates(side);
    const taps = [...resolveTaps(backbone.graph, side.backbone.hiddenStates, path), ...embedding, ...decoder];
    const sizes = JSON.stringify(describeSource(source, backbone, taps).shapes(1));
    const input = streamedInput({ side, backbone, source, dtype: config.features.dtype });
    const task = opened.data.build({
      of: (other) => (other === name ? input : opened.inputs.of(other)),
      has: (other, item) => opened.inputs.has(other, item),
    });
    const pass = task.passes.find((candidate) => candidate.name === name);
    if (!pass) throw new Error(`The task has no pass "${name}".`);
    const build = task.buildPrediction ?? ((scope, batchSize) => pass.build(scope, batchSize));
    const { program, needed } = await this.#prepare(sizes, build);
    const outputs = await program.run(await input.read(Uint32Array.of(0), needed));
    for (const output of Object.values(outputs))
      if (findNonFinite(output, output.data.length) !== undefined)
        throw new UserError(`What the model makes of ${source.nameOf(0)} is not finite; choose another query.`);
    return outputs;
  }

  async dispose(): Promise<void> {
    const prepared = this.#prepared;
    this.#prepared = undefined;
    await prepared?.program.dispose();
  }

  /** Texts of another length need another program; images all have one size. */
  async #prepare(sizes: string, build: EvaluationPass["build"]): Promise<Prepared> {
    if (this.#prepared?.sizes === sizes) return this.#prepared;
    await this.dispose();
    const { executor, state } = this.options.model;
    const built = buildEvaluationGraph((scope) => build(scope, 1), "query");
    const measured = new Set(built.statistics.map(({ output }) => output));
    const outputs = built.graph.outputs.filter(({ name }) => !measured.has(name));
    const graph = withoutUnusedInputs({ ...built.graph, outputs });
    const prepared = { sizes, program: await executor.prepareEvaluation(graph, state), needed: usedInputs(graph) };
    this.#prepared = prepared;
    return prepared;
  }
}
