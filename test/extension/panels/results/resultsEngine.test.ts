import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Cancelled, UserError } from "../../../../src/core/errors";
import { ResultsEngine } from "../../../../src/extension/panels/results/resultsEngine";
import type { ResultsPhase } from "../../../../src/protocol/resultsMessage";
import { FakeEngine, overviewOf, settle } from "./fakeEngine";

let engine: FakeEngine;
let results: ResultsEngine;
let phases: ResultsPhase[];

beforeEach(() => {
  engine = new FakeEngine();
  phases = [];
  results = new ResultsEngine({
    engine,
    runDirectory: "/runs/a",
    cacheDirectory: "/cache",
    onChange: () => phases.push(results.phase),
    idleMs: 1_000,
  });
});

afterEach(() => {
  results.dispose();
  vi.useRealTimers();
});

/** Opens the split with a worker that answers at once. */
async function open(split: "test" | "val" = "test"): Promise<void> {
  const opening = results.open(split);
  await settle();
  engine.workers.at(-1)!.next().reply(overviewOf(split));
  await opening;
}

describe("opening", () => {
  test("tells what it is at, then that it is ready", async () => {
    const opening = results.open("test");
    await settle();
    const [worker] = engine.workers;
    const progress = {
      type: "extractionProgress",
      modality: "text",
      done: 3,
      total: 9,
      fromCache: 0,
      itemsPerSecond: 1,
    };
    worker!.listeners.runEvent!(
      progress as Parameters<NonNullable<typeof worker>["listeners"]["runEvent"] & object>[0],
    );
    worker!.listeners.embeddingProgress!({ split: "test", done: 5, total: 10 });
    const { name, request, reply } = worker!.next();
    expect([name, request]).toEqual([
      "openRetrieval",
      { runDirectory: "/runs/a", cacheDirectory: "/cache", split: "test" },
    ]);
    reply(overviewOf("test"));
    await opening;
    expect(phases).toEqual([
      { kind: "loading", work: { kind: "start" } },
      { kind: "loading", work: { kind: "extract", modality: "text", done: 3, total: 9 } },
      { kind: "loading", work: { kind: "embed", split: "test", done: 5, total: 10 } },
      { kind: "ready" },
    ]);
    expect(results.overview).toEqual(overviewOf("test"));
  });

  test("a split that is being opened is not opened again", async () => {
    const both = [results.open("test"), results.ask("test", (call) => call("listQueries", undefined as never))];
    await settle();
    const [worker] = engine.workers;
    worker!.next().reply(overviewOf("test"));
    await settle();
    expect(worker!.calls.map(({ name }) => name)).toEqual(["listQueries"]);
    worker!.next().reply("page");
    expect(await Promise.all(both)).toEqual([undefined, "page"]);
  });

  test("of another split overtakes: the first answer is not shown as that of the second", async () => {
    const first = results.open("test");
    const second = results.open("val");
    await settle();
    const [worker] = engine.workers;
    worker!.next().reply(overviewOf("test"));
    await first;
    expect(results.phase.kind).toBe("loading");
    worker!.next().reply(overviewOf("val"));
    await second;
    expect(results.overview?.split).toBe("val");
  });

  test("says why it failed, and can be tried again with the same worker", async () => {
    const opening = results.open("test");
    await settle();
    engine.workers[0]!.next().fail(new UserError("The model is gone."));
    await opening;
    expect(results.phase).toEqual({ kind: "failed", reason: "The model is gone." });
    await open();
    expect(results.phase.kind).toBe("ready");
    expect(engine.workers).toHaveLength(1);
  });

  test("that is cancelled ends the worker and stays stopped", async () => {
    const opening = results.open("test");
    await settle();
    results.cancel();
    await opening;
    expect(engine.workers[0]!.isDisposed).toBe(true);
    expect(results.phase).toEqual({ kind: "stopped" });
  });
});

describe("a worker", () => {
  test("that dies is told with its reason, and the next question starts another", async () => {
    await open();
    engine.workers[0]!.die("The worker process was killed.");
    await settle();
    expect(results.phase).toEqual({ kind: "failed", reason: "The worker process was killed." });
    await open();
    expect(engine.workers).toHaveLength(2);
    expect(results.phase.kind).toBe("ready");
  });

  test("that dies over a question fails that question", async () => {
    await open();
    const asking = results.ask("test", (call) => call("searchText", undefined as never));
    await settle();
    engine.workers[0]!.die("Out of memory.");
    await expect(asking).rejects.toThrow("Out of memory.");
  });

  test("that nobody asks is ended, and started again when somebody does", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    await open();
    vi.advanceTimersByTime(999);
    expect(engine.workers[0]!.isDisposed).toBe(false);
    vi.advanceTimersByTime(1);
    await settle();
    expect(engine.workers[0]!.isDisposed).toBe(true);
    expect(results.phase.kind).toBe("ready");
    const asking = results.ask("test", (call) => call("nearest", undefined as never));
    await settle();
    expect(results.phase.kind).toBe("loading");
    engine.workers[1]!.next().reply(overviewOf("test"));
    await settle();
    engine.workers[1]!.next().reply("answer");
    expect(await asking).toBe("answer");
  });

  test("is ended with the panel, and nothing is told any more", async () => {
    await open();
    const told = phases.length;
    results.dispose();
    await settle();
    expect(engine.workers[0]!.isDisposed).toBe(true);
    expect(phases).toHaveLength(told);
  });
});

test("a question about a split that cannot be opened is withdrawn: the phase says why", async () => {
  const asking = results.ask("test", (call) => call("nearest", undefined as never));
  await settle();
  engine.workers[0]!.next().fail(new UserError("No checkpoint."));
  await expect(asking).rejects.toThrow(Cancelled);
  expect(results.phase).toEqual({ kind: "failed", reason: "No checkpoint." });
});
