import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Feeds } from "../../../src/core/graph/executor";
import { zeros } from "../../../src/core/graph/tensor";
import type { OrtExecutor } from "../../../src/engine/ort/ortExecutor";
import type { TrainingState } from "../../../src/engine/ort/trainingState";
import { secondsOfEvaluations } from "../../../src/engine/training/timeEvaluation";
import type { PassOutputs, TrainingTask } from "../../../src/engine/training/trainingTask";

let nowMs = 0;
beforeEach(() => void vi.spyOn(performance, "now").mockImplementation(() => nowMs));
afterEach(() => void vi.restoreAllMocks());

/** A batch takes `batchMs`, the metrics of a split `metricsMs`. */
function timed(counts: { readonly val: number; readonly test: number }, batchMs: number, metricsMs: number) {
  const fed: Feeds[] = [];
  const evaluated: PassOutputs[] = [];
  const executor = {
    prepareEvaluation: () =>
      Promise.resolve({
        run: (feeds: Feeds) => {
          fed.push(feeds);
          nowMs += batchMs;
          return Promise.resolve({ embedding: zeros("float32", [4, 3]) });
        },
        dispose: () => Promise.resolve(),
      }),
  } as unknown as OrtExecutor;
  const task = {
    passes: [
      {
        name: "image",
        itemCount: (split: "val" | "test") => counts[split],
        build: ({ g }: Parameters<TrainingTask["passes"][number]["build"]>[0], batchSize: number) => ({
          embedding: g.input("states", "float16", [batchSize, 3]),
        }),
      },
    ],
    evaluate: (_split: string, outputs: PassOutputs) => {
      evaluated.push(outputs);
      nowMs += metricsMs;
    },
  } as unknown as TrainingTask;
  const training = { batchSize: 4, epochs: 5, evaluateEveryEpochs: 2 };
  const seconds = secondsOfEvaluations({ task, executor, state: undefined as unknown as TrainingState, training });
  return { seconds, fed, evaluated };
}

test("the validation split counts for each evaluation while training, the test split once", async () => {
  const { seconds, fed, evaluated } = timed({ val: 10, test: 20 }, 100, 50);
  // 3 evaluations of 3 batches and the metrics; at the end 5 batches and the metrics of twice as many items.
  expect(await seconds).toBeCloseTo(3 * (0.3 + 0.05) + (0.5 + 4 * 0.05), 10);
  expect(fed[0]?.["states"]).toMatchObject({ dtype: "float16", shape: [4, 3] });
  expect(evaluated[0]?.["image"]?.["embedding"]?.shape).toEqual([10, 3]);
});

test("metrics of a very large split are not computed for a forecast", async () => {
  const { seconds, evaluated } = timed({ val: 7_000, test: 4 }, 1, 60_000);
  expect(await seconds).toBeCloseTo(3 * 1.75 + 0.001, 10);
  expect(evaluated).toEqual([]);
});
