import { describe, expect, test } from "vitest";
import { Cancelled, RunFailure, UserError } from "../../src/core/errors";
import { RestartPolicy } from "../../src/jobs/restartPolicy";
import { supervise } from "../../src/jobs/supervise";
import { WorkerDied } from "../../src/jobs/workerDied";

describe("the policy", () => {
  const at = (step: number, aliveMs = 1_000): { aliveMs: number; position: string } => ({
    aliveMs,
    position: `step ${step}`,
  });

  test("pauses 1, 2, 4, 8 and 16 seconds, then gives up", () => {
    const policy = new RestartPolicy();
    const decisions = [1, 2, 3, 4, 5, 6].map((step) => policy.decide(at(step)));
    expect(decisions.slice(0, 5).map((decision) => decision.kind === "restart" && decision.pauseMs)).toEqual([
      1_000, 2_000, 4_000, 8_000, 16_000,
    ]);
    expect(decisions[5]).toEqual({ kind: "give-up", cause: "too-often", deaths: 6 });
  });

  test("starts counting anew after a minute of health", () => {
    const policy = new RestartPolicy();
    for (let step = 1; step <= 5; step++) policy.decide(at(step));
    expect(policy.decide(at(6, 60_000))).toMatchObject({ kind: "restart", pauseMs: 1_000, attempt: 1 });
    expect(policy.decide(at(7, 59_999))).toMatchObject({ kind: "restart", pauseMs: 2_000, attempt: 2 });
  });

  test("gives up where the process died twice at the same place", () => {
    const policy = new RestartPolicy();
    expect(policy.decide(at(12)).kind).toBe("restart");
    expect(policy.decide(at(12, 600_000))).toEqual({ kind: "give-up", cause: "same-position", deaths: 2 });
  });
});

describe("supervision", () => {
  const died = (signal?: NodeJS.Signals): WorkerDied =>
    new WorkerDied({ reason: "The worker process was killed.", ...(signal && { signal }) });

  /** A clock that stands still but for pauses, and remembers them. */
  function fakeClock(): { pausesMs: number[]; nowMs: () => number; pause: (ms: number) => Promise<void> } {
    const pausesMs: number[] = [];
    let now = 0;
    return {
      pausesMs,
      nowMs: () => now,
      pause: (ms) => {
        pausesMs.push(ms);
        now += ms;
        return Promise.resolve();
      },
    };
  }

  test("goes on until the work is done, and says why it pauses", async () => {
    const clock = fakeClock();
    const reasons: string[] = [];
    let tries = 0;
    const result = await supervise({
      attempt: () => (++tries < 4 ? Promise.reject(died("SIGSEGV")) : Promise.resolve("done")),
      position: () => `step ${tries}`,
      onRestart: (reason) => reasons.push(reason),
      clock,
    });
    expect(result).toBe("done");
    expect(clock.pausesMs).toEqual([1_000, 2_000, 4_000]);
    expect(reasons[0]).toBe(
      "The worker process was ended by SIGSEGV. It was at step 1; it goes on from what was saved in 1 s (restart 1 of 5).",
    );
  });

  test("a second death at the same step is final, and memory is named where it was SIGKILL", async () => {
    const attempt = (): Promise<never> => Promise.reject(died("SIGKILL"));
    const failed = supervise({ attempt, position: () => "step 7", onRestart: () => undefined, clock: fakeClock() });
    await expect(failed).rejects.toThrow(RunFailure);
    await expect(failed).rejects.toThrow(/died twice at step 7.*run out of memory.*batchSize/);
  });

  test("a wrong input is not tried again", async () => {
    const clock = fakeClock();
    const attempt = (): Promise<never> => Promise.reject(new UserError("No such file."));
    const failed = supervise({ attempt, position: () => "", onRestart: () => undefined, clock });
    await expect(failed).rejects.toThrow("No such file.");
    expect(clock.pausesMs).toEqual([]);
  });

  test("a request to stop ends the pause", async () => {
    const stop = new AbortController();
    const stopped = supervise({
      attempt: () => Promise.reject(died()),
      position: () => "step 1",
      onRestart: () => setImmediate(() => stop.abort()),
      stop: stop.signal,
    });
    await expect(stopped).rejects.toThrow(Cancelled);
  });
});
