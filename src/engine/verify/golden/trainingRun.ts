import type { Executor } from "../../../core/graph/executor";
import type { Shape, Tensor } from "../../../core/graph/tensor";
import { tensor, zeros } from "../../../core/graph/tensor";
import type { StepGraph } from "../../../core/step/stepGraph";

export interface TrainingRun {
  /** The step's `loss` of each update, as computed before it. */
  readonly losses: readonly number[];
  /** The learning rate of each update. */
  readonly rates: readonly number[];
  /** Values under the names of the graph's state inputs: before the first update, then after each. */
  readonly states: readonly Readonly<Record<string, Tensor>>[];
}

/**
 * Runs updates one after the other, what comes out of one going into the next.
 * @param initial parameters and buffers; moments start at 0.
 * @param dataOf what is fed besides, by step.
 * @param frozen names of parameters that keep their first value.
 */
export async function runTraining(
  executor: Executor,
  { graph, state }: StepGraph,
  stepCount: number,
  initial: Readonly<Record<string, Tensor>>,
  dataOf: (step: number) => Readonly<Record<string, Tensor>>,
  frozen: ReadonlySet<string> = new Set(),
): Promise<TrainingRun> {
  const shapes = new Map(graph.inputs.map(({ name, shape }) => [name, shape as Shape]));
  const first = state.map(({ input }) => [input, initial[input] ?? zeros("float32", shapes.get(input) ?? [])] as const);
  const states: Record<string, Tensor>[] = [Object.fromEntries(first)];
  const [losses, rates]: [number[], number[]] = [[], []];
  const program = await executor.prepare(graph);
  try {
    for (let step = 0; step < stepCount; step++) {
      const current = states[step] ?? {};
      const results = await program.run({ ...dataOf(step), ...current, step: tensor("int64", [], [step]) });
      losses.push(Number(results["loss"]?.data[0]));
      rates.push(Number(results["learningRate"]?.data[0]));
      const next = state.map(({ input, output }) => [input, frozen.has(input) ? current[input] : results[output]]);
      states.push(Object.fromEntries(next) as Record<string, Tensor>);
    }
  } finally {
    await program.dispose();
  }
  return { losses, rates, states };
}
