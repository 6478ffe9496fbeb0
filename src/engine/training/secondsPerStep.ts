import type { ExperimentConfig } from "../../core/experiment/experimentConfig";
import type { Feeds } from "../../core/graph/executor";
import { fromData, sizeOf, type Tensor } from "../../core/graph/tensor";
import type { StepGraph } from "../../core/step/stepGraph";
import type { Placement } from "../../protocol/engine";
import { TrainingState } from "../ort/trainingState";
import { chooseExecutor } from "./chooseExecutor";
import { initialState, StepPrograms } from "./stepPrograms";

const TIMED_STEPS = 2;

/**
 * Time of one step, where and with as many threads as the run would have: the faster of two, after one that is not counted.
 * It is fed made-up features, on which its time does not depend.
 */
export async function secondsPerStep(step: StepGraph, config: ExperimentConfig, place: Placement): Promise<number> {
  const { executor } = await chooseExecutor(config, place);
  const initial = initialState(step, 0);
  const state = await TrainingState.create(initial);
  const steps = new StepPrograms(executor, state, () => step, 0);
  const features = madeUp(
    step,
    new Set([...Object.keys(initial), ...step.randomInputs.map(({ name }) => name), "step"]),
  );
  try {
    const times: number[] = [];
    for (let count = 0; count <= TIMED_STEPS; count++) {
      const startMs = performance.now();
      await steps.run(0, count, (needed) =>
        Promise.resolve(Object.fromEntries(Object.entries(features).filter(([name]) => needed.has(name)))),
      );
      if (count > 0) times.push((performance.now() - startMs) / 1000);
    }
    return Math.min(...times);
  } finally {
    await steps.dispose();
    state.dispose();
  }
}

/** Values between 0 and 1 for every input that is no state. */
function madeUp({ graph }: StepGraph, others: ReadonlySet<string>): Feeds {
  return Object.fromEntries(
    graph.inputs.flatMap(({ name, dtype, shape }): [string, Tensor][] => {
      if (others.has(name)) return [];
      const size = shape as readonly number[];
      const count = sizeOf(size);
      // Float16 patterns from 0x3800 are the numbers from 0.5.
      if (dtype === "float16")
        return [
          [
            name,
            fromData(
              dtype,
              size,
              new Uint16Array(count).map((_, i) => 0x3800 + (i % 97)),
            ),
          ],
        ];
      if (dtype !== "float32")
        throw new Error(`The step has an input "${name}" of type ${dtype}, which is no feature.`);
      return [
        [
          name,
          fromData(
            dtype,
            size,
            new Float32Array(count).map((_, i) => 0.5 + (i % 97) / 194),
          ),
        ],
      ];
    }),
  );
}
