import { Cancelled, RunFailure, UserError } from "../../core/errors";
import type { RunEvent } from "../../core/experiment/runEvent";
import type { TrainingConfig } from "../../core/experiment/trainingConfig";
import { flattenMetrics } from "../../core/experiment/flattenMetrics";
import type { Feeds } from "../../core/graph/executor";
import { numbersOf, type Tensor } from "../../core/graph/tensor";
import { permutation } from "../../core/nn/random";
import type { BestEvaluation, TrainingProgress, TrainingSchedule } from "./progress";
import type { RunClock } from "./runClock";
import type { StepPrograms } from "./stepPrograms";
import type { TrainingTask } from "./trainingTask";

export interface EpochsContext {
  readonly task: Pick<TrainingTask, "readTraining" | "describeTraining">;
  readonly config: TrainingConfig;
  readonly schedule: TrainingSchedule;
  readonly seed: number;
  readonly steps: Pick<StepPrograms, "run">;
  readonly signal: AbortSignal;
  readonly clock: RunClock;
  /** Evaluates the present parameters on the validation split. */
  evaluate(): Promise<EvaluationReport>;
  /** Makes the present state the one to resume from. */
  saveResume(progress: TrainingProgress): Promise<RunEvent>;
  /** Keeps the present parameters as the best so far. */
  saveBest(at: Omit<BestEvaluation, "file">): Promise<CheckpointSaved>;
}

export type EvaluationReport = Pick<Extract<RunEvent, { type: "evaluationEnd" }>, "metrics" | "confidence">;
export type CheckpointSaved = Extract<RunEvent, { type: "checkpointSaved" }>;

/**
 * Trains from `from` to the end: epochs in a seeded order, evaluations, checkpoints. Everything random depends on the seed
 * and on the number of the step or epoch, so that a training resumed from a saved progress goes on exactly as it would have.
 * @returns the progress at the end
 * @throws Cancelled after saving, when the signal is aborted
 * @throws RunFailure when the loss is no finite number
 */
export async function* trainEpochs(
  context: EpochsContext,
  from: TrainingProgress,
): AsyncGenerator<RunEvent, TrainingProgress> {
  const { schedule, config } = context;
  let progress = from;
  while (progress.step < schedule.totalSteps && !isStalled(progress, config)) {
    const epoch = Math.floor(progress.step / schedule.stepsPerEpoch); // from 0
    const startMs = performance.now();
    progress = yield* trainEpoch(context, progress, epoch);
    const { epochLossSum } = progress;
    progress = { ...progress, epochLossSum: 0 };
    yield {
      type: "epochEnd",
      epoch: epoch + 1,
      step: progress.step,
      meanLoss: epochLossSum / schedule.sampleCount,
      seconds: (performance.now() - startMs) / 1000,
    };
    const isLast = epoch + 1 === schedule.epochs;
    if ((epoch + 1) % config.evaluateEveryEpochs === 0 || isLast)
      progress = yield* evaluateEpoch(context, progress, epoch);
    yield await context.saveResume(progress);
  }
  return progress;
}

/** Whether early stopping has been reached. */
export function isStalled({ evaluationsSinceBest }: TrainingProgress, { earlyStop }: TrainingConfig): boolean {
  return earlyStop !== undefined && evaluationsSinceBest >= earlyStop.patience;
}

/** The steps of one epoch that are left. */
async function* trainEpoch(
  context: EpochsContext,
  from: TrainingProgress,
  epoch: number,
): AsyncGenerator<RunEvent, TrainingProgress> {
  const { schedule, config, seed, signal } = context;
  const { batchSize, sampleCount, stepsPerEpoch } = schedule;
  const order = permutation({ seed, stream: "shuffle", step: epoch }, sampleCount);
  let progress = from;
  for (let batch = from.step - epoch * stepsPerEpoch; batch < stepsPerEpoch; batch++) {
    if (signal.aborted) {
      yield await context.saveResume(progress);
      throw new Cancelled("The run was stopped; --resume continues it.");
    }
    const samples = order.subarray(batch * batchSize, (batch + 1) * batchSize);
    const startMs = performance.now();
    const loss = yield* trainStep(context, progress.step, epoch, samples, startMs);
    // Weighted by samples: the last batch may be smaller.
    progress = { ...progress, step: progress.step + 1, epochLossSum: progress.epochLossSum + loss * samples.length };
    yield* context.clock.sampleNowAndThen();
    // The end of an epoch saves by itself, after its evaluation.
    const isEnd = batch + 1 === stepsPerEpoch;
    if (!isEnd && progress.step % config.checkpointEverySteps === 0) yield await context.saveResume(progress);
  }
  return progress;
}

async function* trainStep(
  { task, steps, seed }: EpochsContext,
  step: number,
  epoch: number,
  samples: Uint32Array,
  startMs: number,
): AsyncGenerator<RunEvent, number> {
  const draw = { seed, step };
  const { feeds, reports } = await steps.run(samples.length, step, (needed) =>
    task.readTraining(samples, needed, draw),
  );
  const [loss, learningRate, gradientNorm] = ["loss", "learningRate", "gradientNorm"].map((name) =>
    scalar(reports[name]),
  );
  yield {
    type: "stepEnd",
    step: step + 1,
    epoch: epoch + 1,
    loss: loss ?? NaN,
    learningRate: learningRate ?? NaN,
    gradientNorm: gradientNorm ?? NaN,
    samplesPerSecond: samples.length / ((performance.now() - startMs) / 1000),
  };
  if (loss === undefined || !Number.isFinite(loss)) throw diverged(task, step, loss ?? NaN, samples, feeds, reports);
  return loss;
}

async function* evaluateEpoch(
  context: EpochsContext,
  progress: TrainingProgress,
  epoch: number,
): AsyncGenerator<RunEvent, TrainingProgress> {
  const { step } = progress;
  yield* context.clock.enter("evaluate", { split: "val" });
  const report = await context.evaluate();
  const value = flattenMetrics(report.metrics)[context.config.selectBy] ?? NaN;
  // Strictly greater: the first maximum stays the best.
  const isBest = progress.best === undefined || value > progress.best.value;
  yield { type: "evaluationEnd", step, epoch: epoch + 1, split: "val", ...report, isBest };
  yield* context.clock.enter("train");
  if (!isBest) return { ...progress, evaluationsSinceBest: progress.evaluationsSinceBest + 1 };
  const best = { epoch: epoch + 1, step, value };
  const saved = await context.saveBest(best);
  yield saved;
  return { ...progress, best: { ...best, file: saved.file }, evaluationsSinceBest: 0 };
}

function scalar(value: Tensor | undefined): number | undefined {
  return value && numbersOf(value)[0];
}

/** Says where the first number went wrong: in the data, or in training. */
function diverged(
  task: EpochsContext["task"],
  step: number,
  loss: number,
  samples: Uint32Array,
  feeds: Feeds,
  reports: Feeds,
): Error {
  const isBad = ([, { dtype, data }]: [string, Tensor]): boolean =>
    dtype === "float32" && (data as Float32Array).some((value) => !Number.isFinite(value));
  const input = Object.entries(feeds).find(isBad);
  if (input) {
    const [name, { shape, data }] = input;
    const width = data.length / (shape[0] ?? 1);
    const row = Math.floor((data as Float32Array).findIndex((value) => !Number.isFinite(value)) / width);
    const item = task.describeTraining(samples.subarray(row, row + 1));
    return new UserError(
      `"${name}" holds a value that is not a finite number for ${item}, so the loss of step ${step + 1} is ${loss}; ` +
        `check that file and the backbone, or tap other hidden states.`,
    );
  }
  const report = Object.entries(reports).find((entry) => entry[0] !== "loss" && isBad(entry))?.[0];
  const where = report === undefined ? "" : ` (so is "${report}")`;
  return new RunFailure(
    `The loss of step ${step + 1} is ${loss}${where} although all inputs are finite: training diverged; ` +
      `lower training.optimizer.learningRate or set training.gradientClip.`,
  );
}
