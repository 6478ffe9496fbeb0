import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Pacer } from "../../../src/extension/panels/pacer";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("runs at once, then not before the interval has passed, and once for many requests", async () => {
  const times: number[] = [];
  const start = Date.now();
  const pacer = new Pacer(() => void times.push(Date.now() - start), 100);
  for (let i = 0; i < 250; i++) {
    pacer.ask();
    await vi.advanceTimersByTimeAsync(4);
  }
  // A second of requests every 4 ms: the first at once, then one per interval.
  expect(times[0]).toBe(0);
  expect(times.filter((time) => time < 1_000)).toHaveLength(10);
  expect(times.slice(1).every((time, i) => time - (times[i] ?? 0) >= 100)).toBe(true);
});

test("what is asked for during a run is done after it", async () => {
  const finish: (() => void)[] = [];
  const pacer = new Pacer(() => new Promise((resolve) => finish.push(resolve)), 100);
  pacer.ask();
  pacer.ask();
  pacer.ask();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(finish).toHaveLength(1);
  finish[0]?.();
  await vi.advanceTimersByTimeAsync(100);
  expect(finish).toHaveLength(2);
});

test("does nothing once it is disposed of", async () => {
  const task = vi.fn();
  const pacer = new Pacer(task, 100);
  pacer.ask();
  pacer.ask();
  pacer.dispose();
  pacer.ask();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(task).toHaveBeenCalledTimes(1);
});
