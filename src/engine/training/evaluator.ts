import type { Graph } from "../../core/graph/graph";
import { removeDeadCode } from "../../core/graph/graphBuilder";
import type { Tensor } from "../../core/graph/tensor";
import { buildEvaluationGraph, type EvaluationGraph } from "../../core/step/buildEvaluationGraph";
import type { OrtExecutor } from "../ort/ortExecutor";
import type { ReadableState } from "../ort/renamedState";
import { collectPass, type PreparedPass } from "./collectPass";
import { trainingStatistics } from "./trainingStatistics";
import type { Evaluation, EvaluationPass, PassOutputs, Split, TrainingTask } from "./trainingTask";
import { usedInputs, withoutUnusedInputs } from "./usedInputs";

/** As large as a training batch, but no larger than the split that is evaluated most often. */
export function evaluationBatchSize({ passes }: TrainingTask, batchSize: number): number {
  return Math.min(batchSize, Math.max(...passes.map((pass) => pass.itemCount("val"))));
}

/** What a pass computes for the metrics of a batch, without the statistics that training needs. */
export function metricsGraph(pass: EvaluationPass, batchSize: number): EvaluationGraph {
  const built = graphOfPass(pass, batchSize);
  const extra = new Set(built.statistics.map(({ output }) => output));
  const outputs = built.graph.outputs.filter(({ name }) => !extra.has(name));
  return { ...built, graph: withoutUnusedInputs({ ...built.graph, outputs }) };
}

function graphOfPass(pass: EvaluationPass, batchSize: number): EvaluationGraph {
  return buildEvaluationGraph((scope) => pass.build(scope, batchSize), `evaluate-${pass.name}`);
}

/** Runs a task's evaluation passes on the present values of a training state; each pass is prepared once. */
export class Evaluator {
  readonly #prepared = new Map<string, PreparedPass>();

  constructor(
    readonly task: TrainingTask,
    readonly executor: OrtExecutor,
    readonly state: ReadableState,
    readonly batchSize: number,
    readonly signal: AbortSignal,
  ) {}

  /** Evaluates the whole split. @throws Cancelled between batches */
  async evaluate(split: Split): Promise<Evaluation> {
    return this.task.evaluate(split, await this.collect(split));
  }

  /**
   * What every pass gives for the whole split.
   * @param onProgress is told how many of the items of all passes are done
   * @throws Cancelled between batches
   */
  async collect(split: Split, onProgress?: (done: number, total: number) => void): Promise<PassOutputs> {
    const outputs: Record<string, PassOutputs[string]> = {};
    const total = this.task.passes.reduce((sum, pass) => sum + pass.itemCount(split), 0);
    let before = 0;
    for (const pass of this.task.passes) {
      const onBatch = (done: number): void => onProgress?.(before + done, total);
      outputs[pass.name] = await collectPass(await this.#prepare(pass), split, this.signal, onBatch);
      before += pass.itemCount(split);
    }
    return outputs;
  }

  /**
   * Measures what standardising layers need of the training split.
   * @returns the buffers by name; none for models that standardise nothing
   */
  async trainingStatistics(): Promise<Record<string, Tensor>> {
    const buffers: Record<string, Tensor> = {};
    for (const pass of this.task.passes) {
      const { graph, statistics } = graphOfPass(pass, this.batchSize);
      if (statistics.length === 0) continue;
      const wanted = new Set(statistics.map(({ output }) => output));
      // What is standardised depends on no parameter: the rest of the model need not run.
      const only = removeDeadCode({ ...graph, outputs: graph.outputs.filter(({ name }) => wanted.has(name)) });
      const prepared = await this.#prepareGraph(pass, withoutUnusedInputs(only));
      try {
        Object.assign(buffers, await trainingStatistics(prepared, statistics, this.signal));
      } finally {
        await prepared.program.dispose();
      }
    }
    return buffers;
  }

  async dispose(): Promise<void> {
    for (const { program } of this.#prepared.values()) await program.dispose();
    this.#prepared.clear();
  }

  async #prepare(pass: EvaluationPass): Promise<PreparedPass> {
    const known = this.#prepared.get(pass.name);
    if (known) return known;
    const prepared = await this.#prepareGraph(pass, metricsGraph(pass, this.batchSize).graph);
    this.#prepared.set(pass.name, prepared);
    return prepared;
  }

  async #prepareGraph(pass: EvaluationPass, graph: Graph): Promise<PreparedPass> {
    const program = await this.executor.prepareEvaluation(graph, this.state);
    return { pass, program, batchSize: this.batchSize, needed: usedInputs(graph) };
  }
}
