import type { TrainingConfig } from "../../core/experiment/trainingConfig";
import { fromData, sizeOf, type Tensor } from "../../core/graph/tensor";
import type { OrtExecutor } from "../ort/ortExecutor";
import type { TrainingState } from "../ort/trainingState";
import { evaluationBatchSize, metricsGraph } from "./evaluator";
import { madeUpFeatures } from "./madeUpFeatures";
import type { EvaluationPass, PassOutputs, Split, TrainingTask } from "./trainingTask";

/** Metrics of splits of more items than this, in all passes together, would take longer to time than a forecast may. */
const MOST_ITEMS_TIMED = 6_000;

interface TimedRun {
  readonly task: TrainingTask;
  readonly executor: OrtExecutor;
  readonly state: TrainingState;
  readonly training: Pick<TrainingConfig, "batchSize" | "epochs" | "evaluateEveryEpochs">;
}

/**
 * Seconds of all evaluations of a run without early stopping: those of the validation split, and that of the test split at the
 * end. Each pass is timed on one batch of made-up features; the metrics on the validation split, unless that is very large.
 */
export async function secondsOfEvaluations({ task, executor, state, training }: TimedRun): Promise<number> {
  const batchSize = evaluationBatchSize(task, training.batchSize);
  const batches = (pass: EvaluationPass, split: Split): number => Math.ceil(pass.itemCount(split) / batchSize);
  const outputs: Record<string, PassOutputs[string]> = {};
  const seconds = { val: 0, test: 0 };
  for (const pass of task.passes) {
    const batch = await timeBatch(pass, batchSize, executor, state);
    outputs[pass.name] = batch.outputs;
    for (const split of ["val", "test"] as const) seconds[split] += batches(pass, split) * batch.seconds;
  }
  const [val, test] = [itemCount(task, "val"), itemCount(task, "test")];
  if (val <= MOST_ITEMS_TIMED) {
    const metrics = timeMetrics(task, "val", outputs);
    seconds.val += metrics;
    // Everything is ranked against everything.
    seconds.test += metrics * (test / val) ** 2;
  }
  return seconds.val * Math.ceil(training.epochs / training.evaluateEveryEpochs) + seconds.test;
}

/** One batch of a pass, after one that is not counted. */
async function timeBatch(
  pass: EvaluationPass,
  batchSize: number,
  executor: OrtExecutor,
  state: TrainingState,
): Promise<{ readonly seconds: number; readonly outputs: Readonly<Record<string, Tensor>> }> {
  const { graph, parameters, buffers } = metricsGraph(pass, batchSize);
  const feeds = madeUpFeatures(graph, new Set([...parameters, ...buffers].map(({ name }) => name)));
  const program = await executor.prepareEvaluation(graph, state);
  try {
    await program.run(feeds);
    const startMs = performance.now();
    const outputs = await program.run(feeds);
    return { seconds: (performance.now() - startMs) / 1000, outputs };
  } finally {
    await program.dispose();
  }
}

/** Metrics of a whole split whose items all look like those of one batch. */
function timeMetrics(task: TrainingTask, split: Split, batch: PassOutputs): number {
  const whole = task.passes.map((pass) => {
    const rows = Object.entries(batch[pass.name] ?? {}).map(
      ([name, output]) => [name, repeated(output, pass.itemCount(split))] as const,
    );
    return [pass.name, Object.fromEntries(rows)] as const;
  });
  const startMs = performance.now();
  task.evaluate(split, Object.fromEntries(whole));
  return (performance.now() - startMs) / 1000;
}

/** The rows of a batch [B, …] over and over, [count, …]. */
function repeated({ shape, data }: Tensor, count: number): Tensor {
  const [rows = 1, ...rowShape] = shape;
  const width = sizeOf(rowShape);
  const all = new Float32Array(count * width);
  for (let start = 0; start < count; start += rows)
    all.set((data as Float32Array).subarray(0, Math.min(rows, count - start) * width), start * width);
  return fromData("float32", [count, ...rowShape], all);
}

function itemCount({ passes }: TrainingTask, split: Split): number {
  return passes.reduce((sum, pass) => sum + pass.itemCount(split), 0);
}
