import type { ExperimentConfig } from "../../core/experiment/experimentConfig";
import type { Feeds } from "../../core/graph/executor";
import type { Tensor } from "../../core/graph/tensor";
import { tensor, zeros } from "../../core/graph/tensor";
import { initialize, randomInput } from "../../core/nn/initialize";
import { buildStepGraph, type StepOptions } from "../../core/step/buildStepGraph";
import type { StepGraph } from "../../core/step/stepGraph";
import type { OrtExecutor } from "../ort/ortExecutor";
import type { StepProgram } from "../ort/stepProgram";
import type { TrainingState } from "../ort/trainingState";
import { usedInputs, withoutUnusedInputs } from "./usedInputs";
import type { TrainingSchedule } from "./progress";
import type { TrainingTask } from "./trainingTask";

/** How the experiment wants a step to update the parameters. */
export function stepOptionsOf({ training }: ExperimentConfig): Omit<StepOptions, "length"> {
  const { optimizer, schedule, gradientClip } = training;
  return { optimizer, schedule, gradientClip };
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
  return { ...step, graph: withoutUnusedInputs(step.graph) };
}

/** First values of everything a step reads and writes: parameters and buffers by the seed, moments zero. */
export function initialState(graph: StepGraph, seed: number): Record<string, Tensor> {
  const inputs = new Map(graph.graph.inputs.map((input) => [input.name, input]));
  const moments = graph.state.flatMap(({ input, kind }) => {
    const declared = kind === "moment" ? inputs.get(input) : undefined;
    if (!declared) return [];
    return [[input, zeros(declared.dtype, declared.shape as readonly number[])] as const];
  });
  return {
    ...initialize(graph.parameters, seed),
    ...initialize(graph.buffers, seed),
    ...Object.fromEntries(moments),
  };
}

interface PreparedStep {
  readonly graph: StepGraph;
  readonly program: StepProgram;
  /** Inputs that the graph really uses. */
  readonly needed: ReadonlySet<string>;
  /** Buffers that a step reads and leaves as they are: statistics of the training set. */
  readonly constants: Feeds;
}

/** The step programs of one run: one per batch size that occurs, prepared when first needed, over one shared state. */
export class StepPrograms {
  readonly #prepared = new Map<number, PreparedStep>();

  constructor(
    readonly executor: OrtExecutor,
    readonly state: TrainingState,
    readonly graphOf: (batchSize: number) => StepGraph,
    readonly seed: number,
  ) {}

  /** One optimizer update on what `read` returns; `step` counts the updates before it. */
  async run(
    batchSize: number,
    step: number,
    read: (needed: ReadonlySet<string>) => Promise<Feeds>,
  ): Promise<StepResult> {
    const { graph, program, needed, constants } = await this.#prepare(batchSize);
    const feeds: Record<string, Tensor> = { ...(await read(needed)), ...constants };
    if (needed.has("step")) feeds["step"] = tensor("int64", [], [step]);
    for (const input of graph.randomInputs) feeds[input.name] = randomInput(input, this.seed, step);
    return { feeds, reports: await program.step(feeds) };
  }

  async dispose(): Promise<void> {
    for (const { program } of this.#prepared.values()) await program.dispose();
    this.#prepared.clear();
  }

  async #prepare(batchSize: number): Promise<PreparedStep> {
    const known = this.#prepared.get(batchSize);
    if (known) return known;
    const graph = this.graphOf(batchSize);
    const program = await this.executor.prepareStep(graph, this.state);
    const needed = usedInputs(graph.graph);
    const names = graph.buffers.flatMap(({ name, next }) => (next === undefined && needed.has(name) ? [name] : []));
    const prepared = { graph, program, needed, constants: await this.state.read(names) };
    this.#prepared.set(batchSize, prepared);
    return prepared;
  }
}

export interface StepResult {
  readonly feeds: Feeds;
  /** `loss`, `learningRate`, `gradientNorm` and whatever the task reports. */
  readonly reports: Readonly<Record<string, Tensor>>;
}
