import type { ExperimentConfig } from "../../core/experiment/experimentConfig";
import type { TrainingTiming } from "../../core/experiment/forecast";
import type { StepGraph } from "../../core/step/stepGraph";
import type { Placement } from "../../protocol/engine";
import { TrainingState } from "../ort/trainingState";
import { chooseExecutor } from "./chooseExecutor";
import { madeUpFeatures } from "./madeUpFeatures";
import { initialState, StepPrograms } from "./stepPrograms";
import { secondsOfEvaluations } from "./timeEvaluation";
import type { TrainingTask } from "./trainingTask";

const TIMED_STEPS = 2;

/**
 * Time of one step, the faster of two after one that is not counted, and of all evaluations of a run: where and with as many
 * threads as the run would have, on made-up features.
 */
export async function timeTraining(
  task: TrainingTask,
  step: StepGraph,
  config: ExperimentConfig,
  place: Placement,
): Promise<TrainingTiming> {
  const { executor } = await chooseExecutor(config, place);
  const state = await TrainingState.create(initialState(step, 0));
  const steps = new StepPrograms({ executor, state, graphOf: () => step, seed: 0, assign: task.assign });
  try {
    const secondsPerStep = await timeSteps(steps, step);
    const evaluationSeconds = await secondsOfEvaluations({ task, executor, state, training: config.training });
    return { device: executor.device, secondsPerStep, evaluationSeconds };
  } finally {
    await steps.dispose();
    state.dispose();
  }
}

async function timeSteps(steps: StepPrograms, step: StepGraph): Promise<number> {
  const { graph, state, parameters, buffers, randomInputs } = step;
  const own = [...state.map(({ input }) => input), ...[...parameters, ...buffers, ...randomInputs].map((x) => x.name)];
  const features = madeUpFeatures(graph, new Set([...own, "step"]));
  const times: number[] = [];
  for (let count = 0; count <= TIMED_STEPS; count++) {
    const startMs = performance.now();
    await steps.run(0, count, (needed) =>
      Promise.resolve(Object.fromEntries(Object.entries(features).filter(([name]) => needed.has(name)))),
    );
    if (count > 0) times.push((performance.now() - startMs) / 1000);
  }
  return Math.min(...times);
}
