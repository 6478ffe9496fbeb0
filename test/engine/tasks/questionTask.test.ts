import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseExperimentOrThrow } from "../../../src/core/experiment/parseExperiment";
import type { RunEvent } from "../../../src/core/experiment/runEvent";
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

async function run(name: string, change?: (config: QuestionInput) => QuestionInput): Promise<Finished> {
  const place = join(directory, name);
  const { config, file } = await writeTinyQuestions(place, change);
  const [plan] = parseExperimentOrThrow(JSON.stringify(config), file).plans;
  if (!plan) throw new Error("The experiment has one run.");
  const events: RunEvent[] = [];
  const runsDirectory = join(place, "runs");
  const paths = { baseDirectory: place, cacheDirectory: join(place, "cache"), runsDirectory };
  const running = train({ plan, ...paths, signal: new AbortController().signal });
  for (let next = await running.next(); ; next = await running.next()) {
    if (next.done) return { events, runDirectory: next.value.directory };
    events.push(next.value);
  }
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
    const { events } = await run("cached");
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
  });
});
