import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Cancelled } from "../../../src/core/errors";
import { parseExperimentOrThrow } from "../../../src/core/experiment/parseExperiment";
import type { RunEvent } from "../../../src/core/experiment/runEvent";
import { describeSamples } from "../../../src/engine/describeSamples";
import { train } from "../../../src/engine/train";
import { type QuestionInput, writeTinyQuestions } from "../../support/tinyQuestions";

let directory = "";
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "unipt-questions-"));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

interface Finished {
  readonly events: readonly RunEvent[];
  readonly runDirectory: string;
}

interface RunOptions {
  readonly change?: (config: QuestionInput) => QuestionInput;
  /** Stops the run once so many steps are done. */
  readonly stopAfter?: number;
  readonly resume?: string;
}

/** Trains the tiny experiment in a folder of this name. */
async function run(name: string, { change, stopAfter, resume }: RunOptions = {}): Promise<Finished> {
  const place = join(directory, name);
  const { config, file } = await writeTinyQuestions(place, change);
  const [plan] = parseExperimentOrThrow(JSON.stringify(config), file).plans;
  if (!plan) throw new Error("The experiment has one run.");
  const paths = { baseDirectory: place, cacheDirectory: join(place, "cache"), runsDirectory: join(place, "runs") };
  const controller = new AbortController();
  const events: RunEvent[] = [];
  let runDirectory = "";
  const onDirectory = (path: string): void => {
    runDirectory = path;
  };
  try {
    for await (const event of train({ plan, ...paths, resume, signal: controller.signal, onDirectory })) {
      events.push(event);
      if (event.type === "stepEnd" && event.step === stopAfter) controller.abort();
    }
  } catch (error) {
    if (!(error instanceof Cancelled)) throw error;
  }
  return { events, runDirectory };
}

const losses = (events: readonly RunEvent[]): number[] =>
  events.flatMap((event) => (event.type === "stepEnd" ? [event.loss] : []));

function tested(events: readonly RunEvent[]): Extract<RunEvent, { type: "evaluationEnd" }> {
  const last = events.findLast((event) => event.type === "evaluationEnd" && event.split === "test");
  if (last?.type !== "evaluationEnd") throw new Error("The run was tested.");
  return last;
}

describe("visual question answering", () => {
  test("learns from files to metrics, and trusts layers", async () => {
    const { events, runDirectory } = await run("cached");
    const { metrics, confidence } = tested(events);
    const byType = metrics["accuracyByType"] as Record<string, number>;
    expect(Object.keys(byType)).toEqual(["colour", "side"]);
    // Five colours: chance is 20 % for who knows what was asked, and "bright" gives no more than 30 %.
    expect(byType["colour"]).toBeGreaterThan(40);
    expect(metrics["accuracy"]).toBeCloseTo(((byType["colour"] ?? 0) + (byType["side"] ?? 0)) / 2, 6);
    expect(losses(events).at(-1)).toBeLessThan((losses(events)[0] ?? 0) / 2);
    expect(metrics["answerable"]).toBe(100);
    expect(confidence?.["joint"]?.map(({ layer }) => layer)).toEqual(["joint.0", "joint.1"]);
    const skipped = events.flatMap((event) => (event.type === "itemSkipped" ? [event.reason] : []));
    expect(skipped).toEqual([expect.stringMatching(/^1 of 121 training questions have no answer among the 10/)]);
    expect(losses(events)).toHaveLength(16 * Math.ceil(120 / 16));
    const request = { runDirectory, split: "test", modality: "joint", rows: [3, 0], count: 40 } as const;
    const { entries, isChanged } = await describeSamples(request);
    expect(isChanged).toBe(false);
    expect(entries).toMatchObject([
      { text: "side please", image: { path: join(directory, "cached", "images", "005.png") } },
      { text: "colour please", image: { path: join(directory, "cached", "images", "000.png") } },
    ]);
    expect(await describeSamples({ ...request, count: 41 })).toEqual({ entries: [], isChanged: true });
  });

  test("takes up a run in the middle of accumulated steps as if it had never stopped", async () => {
    const change = (config: QuestionInput): QuestionInput => ({
      ...config,
      training: { ...config.training, epochs: 2, accumulate: 3, averageDecay: 0.9 },
    });
    const whole = await run("whole", { change });
    const stopped = await run("stopped", { change, stopAfter: 4 });
    expect(losses(stopped.events)).toHaveLength(4);
    const rest = await run("stopped", { change, resume: stopped.runDirectory });
    expect([...losses(stopped.events), ...losses(rest.events)]).toEqual(losses(whole.events));
    expect(tested(rest.events).metrics).toEqual(tested(whole.events).metrics);
    const rates = whole.events.flatMap((event) => (event.type === "stepEnd" ? [event.learningRate] : []));
    // 16 steps are 5 updates, of which the first has the rate 0; the last step opens a group that stays incomplete.
    expect(rates.slice(0, 4).map((rate) => rate > 0)).toEqual([false, false, false, true]);
    expect(new Set(rates.slice(3, 6)).size).toBe(1);
    expect(rates.at(-1)).toBe(0);
  });

  test("the backbone in front of every step gives what its cached hidden states give", async () => {
    const change =
      (mode: "cached" | "streamed") =>
      (config: QuestionInput): QuestionInput => ({
        ...config,
        features: { mode },
        training: { ...config.training, epochs: 2 },
      });
    const [cached, streamed] = [
      await run("kept", { change: change("cached") }),
      await run("streamed", { change: change("streamed") }),
    ];
    expect(losses(streamed.events)).toHaveLength(16);
    for (const [step, loss] of losses(cached.events).entries())
      expect(losses(streamed.events)[step]).toBeCloseTo(loss, 4);
    expect(streamed.events.some(({ type }) => type === "extractionProgress")).toBe(false);
  });
});
