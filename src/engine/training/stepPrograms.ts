import type { ExperimentConfig } from "../../core/experiment/experimentConfig";
import type { Feeds } from "../../core/graph/executor";
import type { Tensor } from "../../core/graph/tensor";
import { tensor, zeros } from "../../core/graph/tensor";
import { initialize, randomInput } from "../../core/nn/initialize";
import type { ParameterSpec } from "../../core/nn/modelContext";
import { buildStepGraph, type StepOptions } from "../../core/step/buildStepGraph";
import { averagesOf } from "../../core/step/followState";
import type { StepGraph } from "../../core/step/stepGraph";
import type { OrtExecutor } from "../ort/ortExecutor";
import type { OrtProgram } from "../ort/ortProgram";
import type { StepProgram } from "../ort/stepProgram";
import type { TrainingState } from "../ort/trainingState";
import { usedInputs, withoutUnusedInputs } from "./usedInputs";
import type { TrainingSchedule } from "./progress";
import type { TrainingTask } from "./trainingTask";

/** How the experiment wants a step to update the parameters. */
export function stepOptionsOf({ training }: ExperimentConfig): Omit<StepOptions, "length"> {
  const { optimizer, schedule, gradientClip, averageDecay, accumulate } = training;
  return { optimizer, schedule, gradientClip, averageDecay, accumulate };
}

/** The step graph of a batch of this size; graphs of different sizes have the same parameters and state. */
export function stepGraphOf(
  task: TrainingTask,
  batchSize: number,
  schedule: TrainingSchedule,
  options: Omit<StepOptions, "length">,
): StepGraph {
  const { stepsPerEpoch, totalSteps, sampleCount } = schedule;
  const step = buildStepGraph(
    (scope, stepsDone) => {
      // The released code divides by this number, one more than the whole batches of an epoch.
      const warmupDivisor = Math.floor(sampleCount / schedule.batchSize) + 1;
      return task.buildTraining(scope, batchSize, { step: stepsDone, stepsPerEpoch, warmupDivisor });
    },
    { ...options, length: { stepsPerEpoch, totalSteps } },
  );
  const { graph, assignment } = step;
  return { ...step, graph: withoutUnusedInputs(graph), assignment: assignment && withoutUnusedInputs(assignment) };
}

/** First values of everything a step reads and writes: parameters, buffers and their averages by the seed, moments zero. */
export function initialState(graph: StepGraph, seed: number): Record<string, Tensor> {
  const inputs = new Map(graph.graph.inputs.map((input) => [input.name, input]));
  const moments = graph.state.flatMap(({ input, kind }) => {
    const declared = kind === "moment" ? inputs.get(input) : undefined;
    if (!declared) return [];
    return [[input, zeros(declared.dtype, declared.shape as readonly number[])] as const];
  });
  const followed = (specs: readonly ParameterSpec[]): Record<string, Tensor> => {
    const averages = averagesOf(graph);
    const own = specs.filter(({ name }) => averages.has(name));
    return Object.fromEntries(
      Object.entries(initialize(own, seed)).map(([name, value]) => [averages.get(name) ?? name, value]),
    );
  };
  const specs = [...graph.parameters, ...graph.buffers];
  return { ...initialize(specs, seed), ...followed(specs), ...Object.fromEntries(moments) };
}

interface PreparedStep {
  readonly graph: StepGraph;
  readonly program: StepProgram;
  /** Inputs that the graph really uses. */
  readonly needed: ReadonlySet<string>;
  /** Buffers that a step reads and leaves as they are: statistics of the training set. */
  readonly constants: Feeds;
  /** What is run before the step, where its feeds are not all data. */
  readonly assignment?: OrtProgram | undefined;
}

export interface StepProgramsOptions {
  readonly executor: OrtExecutor;
  readonly state: TrainingState;
  readonly graphOf: (batchSize: number) => StepGraph;
  readonly seed: number;
  /** Finds the inputs that are no data; see {@link TrainingTask.assign}. */
  readonly assign?: TrainingTask["assign"];
}

/** The step programs of one run: one per batch size that occurs, prepared when first needed, over one shared state. */
export class StepPrograms {
  readonly #prepared = new Map<number, PreparedStep>();

  constructor(readonly options: StepProgramsOptions) {}

  /** One step on what `read` returns; `step` counts the steps before it. */
  async run(
    batchSize: number,
    step: number,
    read: (needed: ReadonlySet<string>) => Promise<Feeds>,
  ): Promise<StepResult> {
    const { seed, assign } = this.options;
    const { graph, program, needed, constants, assignment } = await this.#prepare(batchSize);
    const feeds: Record<string, Tensor> = { ...(await read(needed)), ...constants };
    if (needed.has("step")) feeds["step"] = tensor("int64", [], [step]);
    for (const input of graph.randomInputs) feeds[input.name] = randomInput(input, seed, step);
    if (assignment && assign) Object.assign(feeds, assign(await assignment.run(feeds), feeds));
    return { feeds, reports: await program.step(feeds) };
  }

  async dispose(): Promise<void> {
    for (const { program, assignment } of this.#prepared.values()) {
      await assignment?.dispose();
      await program.dispose();
    }
    this.#prepared.clear();
  }

  async #prepare(batchSize: number): Promise<PreparedStep> {
    const known = this.#prepared.get(batchSize);
    if (known) return known;
    const { executor, state, graphOf } = this.options;
    const graph = graphOf(batchSize);
    const program = await executor.prepareStep(graph, state);
    const assignment = graph.assignment && (await executor.prepareEvaluation(graph.assignment, state));
    const needed = usedInputs(graph.graph);
    const names = graph.buffers.flatMap(({ name, next }) => (next === undefined && needed.has(name) ? [name] : []));
    const prepared = { graph, program, needed, constants: await state.read(names), assignment };
    this.#prepared.set(batchSize, prepared);
    return prepared;
  }
}

export interface StepResult {
  readonly feeds: Feeds;
  /** `loss`, `learningRate`, `gradientNorm` and whatever the task reports. */
  readonly reports: Readonly<Record<string, Tensor>>;
}
