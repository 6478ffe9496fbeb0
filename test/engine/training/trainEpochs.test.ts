import { expect, test } from "vitest";
import { Cancelled, RunFailure, UserError } from "../../../src/core/errors";
import type { RunEvent } from "../../../src/core/experiment/runEvent";
import { trainingConfig } from "../../../src/core/experiment/trainingConfig";
import { type Tensor, tensor } from "../../../src/core/graph/tensor";
import { startOfTraining, type TrainingProgress, trainingSchedule } from "../../../src/engine/training/progress";
import { RunClock } from "../../../src/engine/training/runClock";
import { type EpochsContext, trainEpochs } from "../../../src/engine/training/trainEpochs";

interface Options {
  readonly sampleCount?: number;
  readonly epochs?: number;
  readonly evaluateEveryEpochs?: number;
  readonly patience?: number;
  readonly checkpointEverySteps?: number;
  /** Validation metric of each evaluation. */
  readonly scores?: readonly number[];
  /** Loss by step, from 0. */
  readonly loss?: (step: number) => number;
  readonly feeds?: Readonly<Record<string, Tensor>>;
  readonly signal?: AbortSignal;
}

/** A training whose steps and evaluations return what the test says. */
interface TestTraining {
  readonly context: EpochsContext;
  readonly batches: number[][];
  readonly saved: TrainingProgress[];
}

function training(options: Options = {}): TestTraining {
  const { sampleCount = 5, epochs = 2, scores = [1, 1, 1, 1], loss = (step: number): number => step } = options;
  const config = trainingConfig(["score"]).parse({
    epochs,
    batchSize: 2,
    evaluateEveryEpochs: options.evaluateEveryEpochs ?? 1,
    ...(options.patience !== undefined && { earlyStop: { patience: options.patience } }),
    ...(options.checkpointEverySteps !== undefined && { checkpointEverySteps: options.checkpointEverySteps }),
  });
  const batches: number[][] = [];
  const saved: TrainingProgress[] = [];
  let evaluations = 0;
  const context: EpochsContext = {
    task: {
      readTraining: (samples: Uint32Array) => {
        batches.push([...samples]);
        return Promise.resolve({});
      },
      describeTraining: (samples) => `sample ${samples.join()}`,
    },
    config,
    schedule: trainingSchedule(sampleCount, 2, epochs),
    seed: 3,
    steps: {
      run: async (_size, step, read) => {
        await read(new Set());
        const reports = { loss: tensor("float32", [], [loss(step)]) };
        return { feeds: options.feeds ?? {}, reports };
      },
    },
    signal: options.signal ?? new AbortController().signal,
    clock: new RunClock(),
    evaluate: () => Promise.resolve({ metrics: { score: scores[evaluations++] ?? 0 } }),
    saveResume: (progress) => {
      saved.push(progress);
      return Promise.resolve({ type: "warning", message: "resume" });
    },
    saveBest: ({ step, epoch }) =>
      Promise.resolve({ type: "checkpointSaved", step, epoch, kind: "best", file: `best-${step}`, bytes: 1 }),
  };
  return { context, batches, saved };
}

async function run(
  context: EpochsContext,
  from = startOfTraining,
): Promise<{ events: RunEvent[]; progress: TrainingProgress }> {
  const events: RunEvent[] = [];
  const generator = trainEpochs(context, from);
  for (let next = await generator.next(); ; next = await generator.next()) {
    if (next.done) return { events, progress: next.value };
    events.push(next.value);
  }
}

test("visits every sample once an epoch, in another order each, the last batch smaller", async () => {
  const { context, batches } = training();
  const { progress } = await run(context);
  expect(batches.map((batch) => batch.length)).toEqual([2, 2, 1, 2, 2, 1]);
  const epochs = [batches.slice(0, 3).flat(), batches.slice(3).flat()];
  for (const order of epochs) expect(order.toSorted()).toEqual([0, 1, 2, 3, 4]);
  expect(epochs[0]).not.toEqual(epochs[1]);
  expect(progress.step).toBe(6);
});

test("weighs the mean loss of an epoch by samples", async () => {
  const { events } = await run(training({ epochs: 1, loss: (step) => [1, 2, 9][step]! }).context);
  expect(events.find(({ type }) => type === "epochEnd")).toMatchObject({
    epoch: 1,
    step: 3,
    meanLoss: (2 + 4 + 9) / 5,
  });
});

test("goes on in the middle of an epoch exactly as an undisturbed training", async () => {
  const whole = training();
  const { events } = await run(whole.context);
  const stepsOf = (list: readonly RunEvent[]): unknown =>
    list.filter(({ type }) => type === "stepEnd").map((event) => ({ ...event, samplesPerSecond: 0 }));
  const meansOf = (list: readonly RunEvent[]): unknown =>
    list.flatMap((e) => (e.type === "epochEnd" ? [e.meanLoss] : []));

  const part = training({ checkpointEverySteps: 1 });
  await run(part.context);
  const from = part.saved.find(({ step }) => step === 1)!;
  const rest = training();
  const resumed = await run(rest.context, from);
  expect(rest.batches).toEqual(whole.batches.slice(1));
  expect(stepsOf(resumed.events)).toEqual((stepsOf(events) as unknown[]).slice(1));
  expect(meansOf(resumed.events)).toEqual(meansOf(events));
});

test("the first maximum of the selecting metric is the best", async () => {
  const { progress } = await run(training({ epochs: 4, scores: [3, 5, 5, 4] }).context);
  expect(progress.best).toEqual({ epoch: 2, step: 6, value: 5, file: "best-6" });
});

test("evaluates every few epochs and after the last", async () => {
  const { events } = await run(training({ epochs: 5, evaluateEveryEpochs: 2 }).context);
  expect(events.flatMap((event) => (event.type === "evaluationEnd" ? [event.epoch] : []))).toEqual([2, 4, 5]);
});

test("stops early after evaluations without a new best, and stays stopped when resumed", async () => {
  const { context, saved } = training({ epochs: 9, scores: [3, 2, 1], patience: 2 });
  const { progress } = await run(context);
  expect(progress).toMatchObject({ step: 9, evaluationsSinceBest: 2, best: { epoch: 1 } });
  const { events } = await run(training({ epochs: 9, patience: 2 }).context, saved.at(-1));
  expect(events).toEqual([]);
});

test("saves every few steps, and at the end of an epoch once, after its evaluation", async () => {
  const { context, saved } = training({ epochs: 1, checkpointEverySteps: 1 });
  await run(context);
  expect(saved.map(({ step, best }) => [step, best?.value])).toEqual([
    [1, undefined],
    [2, undefined],
    [3, 1],
  ]);
});

test("saves before it stops on request", async () => {
  const stopping = new AbortController();
  const { context, saved } = training({ loss: (step) => (step === 1 && stopping.abort(), 0), signal: stopping.signal });
  await expect(run(context)).rejects.toThrow(Cancelled);
  expect(saved.map(({ step }) => step)).toEqual([2]);
});

test("finds a NaN in the data at the step that meets it, and names the sample", async () => {
  const feeds = { "image.hiddenStates.0": tensor("float32", [2, 2], [1, 2, 3, NaN]) };
  const { context, batches } = training({ loss: () => NaN, feeds });
  const error = await run(context).catch((thrown: unknown) => thrown as Error);
  expect(error).toBeInstanceOf(UserError);
  expect((error as Error).message).toContain(
    `"image.hiddenStates.0" holds a value that is not a finite number for sample ${batches[0]![1]!}`,
  );
});

test("a loss that diverges on finite data fails the run at that step", async () => {
  const { context } = training({ loss: (step) => (step === 4 ? Infinity : 1) });
  const error = await run(context).catch((thrown: unknown) => thrown as Error);
  expect(error).toBeInstanceOf(RunFailure);
  expect((error as Error).message).toContain("The loss of step 5 is Infinity");
});
