import { describe, expect, test } from "vitest";
import type { RunEvent } from "../../../src/core/experiment/runEvent";
import { dashboardState } from "../../../src/core/views/dashboardState";
import type { RunContext } from "../../../src/core/views/dashboardState";
import { RunHistory } from "../../../src/core/views/runHistory";
import { sampleRun } from "../../support/sampleRun";

const step = (number: number, loss: number): RunEvent => ({
  type: "stepEnd",
  step: number,
  epoch: 1,
  loss,
  learningRate: 0.1,
  gradientNorm: 1,
  samplesPerSecond: 10,
});

const start = (resumedFromStep?: number): RunEvent => ({
  type: "runStarted",
  experiment: "e",
  variant: "v",
  seed: 0,
  ...(resumedFromStep !== undefined && { resumedFromStep }),
});

function historyOf(events: readonly (readonly [number, RunEvent | undefined])[]): RunHistory {
  const history = new RunHistory("rSum");
  history.apply({ kept: 0, added: events.map(([time, event]) => ({ time, event })) });
  return history;
}

const context = (more: Partial<RunContext> = {}): RunContext => ({
  name: "e.v.seed0",
  directory: "/runs/e.v.seed0",
  standing: "running",
  damagedLines: 0,
  ...more,
});

describe("RunHistory", () => {
  test("takes back what a resumed run superseded, and goes on in running time", () => {
    const history = historyOf([
      [1_000, start()],
      [2_000, step(1, 5)],
      [3_000, step(2, 4)],
      [4_000, step(3, 3)],
    ]);
    // An hour later the run goes on from the checkpoint after step 2.
    history.apply({
      kept: 3,
      added: [start(2), step(3, 2.5), step(4, 2)].map((event, i) => ({ time: 3_603_000 + i * 500, event })),
    });
    const { steps } = history.tables;
    expect([...steps.column("step")]).toEqual([1, 2, 3, 4]);
    expect([...steps.column("loss")]).toEqual([5, 4, 2.5, 2]);
    expect([...steps.column("seconds")]).toEqual([1, 2, 2.5, 3]);
    expect(history.notes.map(({ code }) => code)).toEqual(["started", "resumed"]);
  });

  test("starts anew when a run was killed before its first checkpoint", () => {
    const history = historyOf([
      [0, start()],
      [9_000, step(1, 5)],
    ]);
    history.apply({
      kept: 0,
      added: [
        { time: 50_000, event: start() },
        { time: 51_000, event: step(1, 7) },
      ],
    });
    expect([...history.tables.steps.column("seconds")]).toEqual([1]);
    expect([...history.tables.steps.column("loss")]).toEqual([7]);
  });

  test("counts epochs with fractions once the plan is known", () => {
    const plan: RunEvent = { type: "trainingPlanned", epochs: 2, stepsPerEpoch: 4, totalSteps: 8, trainableParams: 10 };
    const history = historyOf([
      [0, start()],
      [1, plan],
      [2, step(1, 1)],
      [3, step(6, 1)],
    ]);
    expect([...history.tables.steps.column("epoch")]).toEqual([0.25, 1.5]);
  });

  test("time never falls, though clocks are set back", () => {
    const history = historyOf([
      [10_000, start()],
      [12_000, step(1, 1)],
      [11_000, step(2, 1)],
      [12_500, step(3, 1)],
    ]);
    expect([...history.tables.steps.column("seconds")]).toEqual([2, 2, 2.5]);
  });

  test("says once that the loss is no longer a number", () => {
    const history = historyOf([
      [0, start()],
      [1, step(1, 2)],
      [2, step(2, Number.NaN)],
      [3, step(3, Number.NaN)],
    ]);
    const errors = history.notes.filter(({ level }) => level === "error");
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatchObject({ code: "nonFiniteLoss", values: [2], step: 2, seconds: 0.002 });
  });

  test("counts skipped items that have no note of their own", () => {
    const events = Array.from({ length: 250 }, (_, i): [number, RunEvent] => [
      i,
      { type: "itemSkipped", item: `${i}.png`, reason: "damaged" },
    ]);
    const history = historyOf(events);
    expect(history.skippedItems).toBe(250);
    expect(history.notes).toHaveLength(100);
    history.apply({ kept: 30, added: [] });
    expect(history.skippedItems).toBe(30);
    expect(history.notes).toHaveLength(30);
  });

  test("passes over events of later versions without losing count of the records", () => {
    const history = historyOf([
      [0, start()],
      [1, undefined],
      [2, step(1, 5)],
    ]);
    history.apply({ kept: 2, added: [{ time: 3, event: step(1, 6) }] });
    expect([...history.tables.steps.column("loss")]).toEqual([6]);
  });
});

describe("dashboardState", () => {
  const { manifest, records, summary } = sampleRun();

  test("a finished run: progress, best epoch, test, memory, settings", () => {
    const history = new RunHistory("rSum");
    history.apply({ kept: 0, added: records });
    const state = dashboardState(history, context({ standing: "completed", manifest, summary }));
    const { head, ledger, facts } = state;
    expect(head).toMatchObject({
      step: 80,
      totalSteps: 80,
      epoch: 20,
      epochs: 20,
      device: "cpu",
      wantedDevice: "auto",
    });
    expect(head.best).toEqual({ value: summary?.best?.value, epoch: summary?.best?.epoch, step: summary?.best?.step });
    expect(head.test?.step).toBe(head.best?.step);
    expect(head).not.toHaveProperty("phase");
    expect(head).not.toHaveProperty("remainingSeconds");
    expect(history.tables.evaluations.rowCount).toBe(11);
    expect(ledger?.predicted?.kinds[0]).toEqual({ kind: "activations", bytes: 71 * 2 ** 20 });
    const training = ledger?.measuredByPhase.find(({ phase }) => phase === "train")?.bytes ?? 0;
    expect(ledger?.aboveIdleBytes).toBe(training - 118 * 2 ** 20);
    expect(ledger?.relativeError).toBeCloseTo((training / 2 ** 20 - 118) / 148 - 1, 9);
    expect(facts?.settings).toContainEqual({ path: "image.method.reductionFactor", value: "2" });
    expect(facts?.settings).toContainEqual({ path: "image.backbone.preprocessing.size", value: "192, 192" });
    expect(facts?.settings.some(({ path }) => path.startsWith("variants") || path === "seeds")).toBe(false);
    expect(state.phases.every(({ end }) => end !== undefined)).toBe(true);
    expect(state.notes.some(({ code }) => code === "fallback")).toBe(true);
  });

  test("a run under way: its phase, and the time left at the pace of whole evaluation intervals", () => {
    const cut = sampleRun({ until: 41 });
    const history = new RunHistory("rSum");
    history.apply({ kept: 0, added: cut.records });
    const { head } = dashboardState(history, context({ manifest }));
    expect(head).toMatchObject({ phase: "train", step: 41, epoch: 11 });
    const { steps } = history.tables;
    const pace = (steps.at("seconds", 40) - steps.at("seconds", 20)) / 20;
    expect(head.remainingSeconds).toBeCloseTo(39 * pace, 9);
    expect(head).not.toHaveProperty("test");
  });

  test("a run of which nothing is known yet has no figures, and none is NaN", () => {
    const { head } = dashboardState(new RunHistory("rSum"), context());
    expect(head).toEqual({
      name: "e.v.seed0",
      directory: "/runs/e.v.seed0",
      standing: "running",
      damagedLines: 0,
      seconds: 0,
      step: 0,
      epoch: 0,
      fallbacks: [],
      selector: "rSum",
      hasConfidence: false,
      resumes: 0,
    });
  });
});
