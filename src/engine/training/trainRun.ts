import type { RunEvent, RunOutcome, Split } from "../../core/experiment/runEvent";
import { predictStepMemory } from "../../core/step/stepMemory";
import { averagesOf } from "../../core/step/followState";
import type { StepGraph } from "../../core/step/stepGraph";
import { sizeOf } from "../../core/graph/tensor";
import { fingerprintChanges } from "../../store/checkpoint";
import { RenamedState } from "../ort/renamedState";
import { TrainingState } from "../ort/trainingState";
import type { TrainOptions } from "../train";
import { Checkpoints, progressOf } from "./checkpoints";
import { chooseExecutor } from "./chooseExecutor";
import { evaluationBatchSize, Evaluator } from "./evaluator";
import { machineFingerprint, type OpenRun } from "./openRun";
import { openTask } from "./openTask";
import { startOfTraining, type TrainingProgress, type TrainingSchedule, trainingSchedule } from "./progress";
import type { RunRecord } from "./runRecord";
import { initialState, stepGraphOf, stepOptionsOf, StepPrograms } from "./stepPrograms";
import { isStalled, trainEpochs } from "./trainEpochs";
import { confidenceSummary, writeConfidence } from "./writeConfidence";

/** The body of a run, between its opening and its end. */
export async function* trainRun(
  run: OpenRun,
  record: RunRecord,
  options: TrainOptions,
): AsyncGenerator<RunEvent, RunOutcome> {
  const { writer, manifest } = run;
  const { config, seed, experiment, variant } = manifest;
  const { resumed } = writer;
  yield { type: "runStarted", experiment, variant, seed, ...(resumed && { resumedFromStep: resumed.info.step }) };
  for (const message of [...writer.problems, ...run.changes]) yield { type: "warning", message };

  const earlierThreads = resumed?.info.fingerprint["threads"];
  const { executor, threads, event } = await chooseExecutor(
    config,
    options,
    typeof earlierThreads === "number" ? earlierThreads : undefined,
  );
  yield event;
  record.setThreads(threads);
  const fingerprint = machineFingerprint(executor.device, threads);
  for (const message of resumed ? fingerprintChanges(resumed.info.fingerprint, fingerprint) : [])
    yield { type: "warning", message };

  yield* record.clock.enter("extract");
  const opened = yield* openTask(config, executor, options);
  try {
    const { task } = opened;
    const { epochs, batchSize } = config.training;
    const schedule = trainingSchedule(task.trainingSampleCount, batchSize, epochs);
    const graphOf = (size: number): StepGraph => stepGraphOf(task, size, schedule, stepOptionsOf(config));
    const first = graphOf(Math.min(batchSize, schedule.sampleCount));
    yield planned(schedule, first);
    const state = await TrainingState.create({ ...initialState(first, seed), ...resumed?.tensors });
    const steps = new StepPrograms({ executor, state, graphOf, seed, assign: task.assign });
    const averages = averagesOf(first);
    const evaluator = new Evaluator(
      task,
      executor,
      new RenamedState(state, averages),
      evaluationBatchSize(task, batchSize),
      options.signal,
    );
    const checkpoints = new Checkpoints({
      writer,
      state,
      record,
      schedule,
      seed,
      fingerprint,
      modelNames: [...first.parameters, ...first.buffers].map(({ name }) => name),
      averages,
      metric: config.training.selectBy,
    });
    try {
      if (!resumed) {
        yield* record.clock.enter("statistics", { split: "train" });
        state.write(await evaluator.trainingStatistics());
      }
      yield* record.clock.enter("train");
      const progress = yield* trainEpochs(
        {
          task,
          config: config.training,
          schedule,
          seed,
          steps,
          signal: options.signal,
          clock: record.clock,
          evaluate: async () => {
            const evaluation = await evaluator.evaluate("val");
            const confidence = confidenceSummary(evaluation);
            return { metrics: evaluation.metrics, ...(confidence && { confidence }) };
          },
          saveResume: (at) => checkpoints.saveResume(at),
          saveBest: (best) => checkpoints.saveBest(best),
        },
        resumed ? progressOf(resumed) : startOfTraining,
      );
      yield* testBest(run, record, evaluator, checkpoints, progress);
      yield* record.clock.leave();
      return progress.step < schedule.totalSteps && isStalled(progress, config.training)
        ? "early-stopped"
        : "completed";
    } finally {
      await steps.dispose();
      await evaluator.dispose();
      state.dispose();
    }
  } finally {
    await opened.close();
  }
}

/** Measures the best parameters on the test split. */
async function* testBest(
  { writer }: OpenRun,
  record: RunRecord,
  evaluator: Evaluator,
  checkpoints: Checkpoints,
  { best }: TrainingProgress,
): AsyncGenerator<RunEvent, void> {
  if (!best) throw new Error("Training ended without an evaluation.");
  const split: Split = "test";
  yield* record.clock.enter("evaluate", { split });
  await checkpoints.loadBest(best.file);
  const evaluation = await evaluator.evaluate(split);
  await writeConfidence(writer.directory, split, evaluation);
  const confidence = confidenceSummary(evaluation);
  const { step, epoch } = best;
  const { metrics } = evaluation;
  yield { type: "evaluationEnd", step, epoch, split, metrics, ...(confidence && { confidence }), isBest: true };
}

function planned({ epochs, stepsPerEpoch, totalSteps }: TrainingSchedule, step: StepGraph): RunEvent {
  const trainableParams = step.parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  const { peakBytes, bytesByKind } = predictStepMemory(step);
  const predictedMemory = { peakBytes, bytesByKind };
  return { type: "trainingPlanned", epochs, stepsPerEpoch, totalSteps, trainableParams, predictedMemory };
}
