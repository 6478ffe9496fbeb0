import fc from "fast-check";
import { afterEach, expect, test, vi } from "vitest";
import { UserError } from "../../src/core/errors";
import type { FileSystem } from "../../src/store/fileSystem";
import { silenceMs } from "../../src/store/lockFile";
import type { ProcessIdentity, ProcessTable } from "../../src/store/processIdentity";
import { systemProcesses } from "../../src/store/processIdentity";
import { RunLock } from "../../src/store/runLock";
import { fuzzOptions } from "../support/fuzz";
import { SimulatedDisk } from "../support/simulatedDisk";

const identity = (pid: number): ProcessIdentity => ({ host: "h", bootId: "b", pidNamespace: "n", pid, startTime: "1" });

/** A table whose processes live until their number is put into `dead`, or cannot be seen at all. */
function table(pid: number, dead: ReadonlySet<number>, isVisible = true): ProcessTable {
  return {
    self: () => identity(pid),
    state: (other) => (!isVisible ? "unknown" : dead.has(other.pid) ? "dead" : "alive"),
  };
}

function acquire(
  fs: FileSystem,
  pid: number,
  dead: ReadonlySet<number> = new Set(),
  isForced = false,
): Promise<RunLock> {
  return RunLock.acquire(fs, "/", { processes: table(pid, dead), now: () => 0, isForced });
}

afterEach(() => {
  vi.useRealTimers();
});

test("keeps all others out while its holder lives, and names it", async () => {
  const disk = new SimulatedDisk();
  const lock = await acquire(disk, 11);
  await expect(acquire(disk, 12)).rejects.toThrow(
    "/ is in use by process 11 on h; wait for it to end, or stop it first.",
  );
  await expect(lock.check()).resolves.toBeUndefined();
  await lock.release();
  const next = await acquire(disk, 12);
  expect(next.token).toBe(lock.token + 1);
  await next.release();
});

test("is taken over at once from a holder that died, with a higher token", async () => {
  const disk = new SimulatedDisk();
  const dead = await acquire(disk, 11);
  const lock = await acquire(disk, 12, new Set([11]));
  expect(lock.token).toBeGreaterThan(dead.token);
  await expect(lock.check()).resolves.toBeUndefined();
});

test("taken by force, refuses the old holder's commits, and lets it go without harm", async () => {
  const disk = new SimulatedDisk();
  const old = await acquire(disk, 11);
  const lock = await acquire(disk, 12, new Set(), true);
  await expect(old.check()).rejects.toThrow(UserError);
  await expect(old.check()).rejects.toThrow(/taken over by another process/);
  await old.release();
  await expect(lock.check()).resolves.toBeUndefined();
  await expect(acquire(disk, 13)).rejects.toThrow(/in use by process 12/);
});

test("of a holder that cannot be seen counts until its heartbeat has been silent for long", async () => {
  vi.useFakeTimers();
  const disk = new SimulatedDisk();
  const lock = await acquire(disk, 11);
  const attempt = () => RunLock.acquire(disk, "/", { processes: table(12, new Set(), false), now: () => 0 });
  for (let minute = 1; minute <= 10; minute++) {
    disk.clockMs += 60_000;
    await vi.advanceTimersByTimeAsync(60_000);
    await expect(attempt()).rejects.toThrow(/in use by process 11/);
  }
  vi.clearAllTimers();
  disk.clockMs += silenceMs - 1;
  await expect(attempt()).rejects.toThrow(/in use/);
  disk.clockMs += 1;
  expect((await attempt()).token).toBe(lock.token + 1);
  await expect(lock.check()).rejects.toThrow(/taken over/);
});

test("survives a power loss: tokens never start again", async () => {
  for (let seed = 0; seed < 50; seed++) {
    const disk = new SimulatedDisk();
    const first = await acquire(disk, 1);
    await first.release();
    const second = await acquire(disk, 2);
    for (const survival of ["nothing", { seed }] as const) {
      const after = disk.afterPowerLoss(survival);
      expect((await acquire(after, 3, new Set([1, 2]))).token).toBeGreaterThan(second.token);
    }
  }
});

test("leaves no candidates lying about", async () => {
  const disk = new SimulatedDisk();
  const lock = await acquire(disk, 1);
  await acquire(disk, 2).catch(() => undefined);
  await lock.release();
  await (await acquire(disk, 3)).release();
  expect(disk.paths()).toEqual(["/lock.2.released"]);
});

test("tries again when a new holder tidied its candidate away", async () => {
  const disk = new SimulatedDisk();
  let tidied = 0;
  const fs: FileSystem = Object.assign(new SimulatedDisk(disk.root), {
    link: async (existing: string, path: string) => {
      if (tidied++ === 0) await disk.remove(existing);
      await disk.link(existing, path);
    },
  });
  expect((await acquire(fs, 1)).token).toBe(1);
  expect(tidied).toBe(2);
});

/** Every call waits for its turn, which the scheduler deals out in any order. */
function scheduled(disk: SimulatedDisk, scheduler: fc.Scheduler): FileSystem {
  const turn = async (label: string): Promise<void> => {
    await scheduler.schedule(Promise.resolve(), label);
  };
  const names = [
    "open",
    "read",
    "stat",
    "list",
    "link",
    "rename",
    "remove",
    "syncDirectory",
    "touch",
    "makeDirectory",
  ] as const;
  const calls = names.map((name) => {
    const call = disk[name].bind(disk) as (...parameters: unknown[]) => Promise<unknown>;
    return [name, (...parameters: unknown[]): Promise<unknown> => turn(name).then(() => call(...parameters))] as const;
  });
  return Object.fromEntries(calls) as Record<string, unknown> as unknown as FileSystem;
}

test("is never held by two, in whatever order the calls of several processes interleave", async () => {
  let takenInAll = 0;
  const plan = fc.array(fc.constantFrom("release", "die"), { minLength: 2, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), plan, fc.boolean(), async (scheduler, endings, isDeadAtFirst) => {
      const disk = new SimulatedDisk();
      const dead = new Set<number>();
      if (isDeadAtFirst) {
        await acquire(disk, 99);
        dead.add(99);
      }
      const fs = scheduled(disk, scheduler);
      const holders = new Set<number>();
      const tokens: number[] = [];
      const live = async (pid: number, ending: string): Promise<void> => {
        for (let attempt = 0; attempt < 3; attempt++) {
          const lock = await acquire(fs, pid, dead).catch((error: unknown) => {
            expect(String(error)).toMatch(/is in use by process/);
            return undefined;
          });
          if (lock === undefined) continue;
          expect([...holders]).toEqual([]);
          holders.add(pid);
          tokens.push(lock.token);
          await lock.check();
          holders.delete(pid);
          if (ending === "die") {
            dead.add(pid);
            return;
          }
          await lock.release();
        }
      };
      const all = Promise.all(endings.map((ending, i) => live(i + 1, ending)));
      await scheduler.waitFor(all);
      expect(tokens).toEqual([...new Set(tokens)].sort((a, b) => a - b));
      takenInAll += tokens.length;
    }),
    fuzzOptions(400),
  );
  expect(takenInAll).toBeGreaterThan(400);
});

test("the system's process table tells this process from one that is gone, and from one that took its number", () => {
  const self = systemProcesses.self();
  expect(self.pid).toBe(process.pid);
  expect(systemProcesses.state({ ...self, bootId: "another" })).toBe("unknown");
  expect(systemProcesses.state({ ...self, host: "another" })).toBe("unknown");
  expect(systemProcesses.state({ ...self, pid: 2 ** 22 + 1 })).toBe("dead");
  if (process.platform !== "linux") return;
  expect(systemProcesses.state(self)).toBe("alive");
  expect(systemProcesses.state({ ...self, startTime: "1" })).toBe("dead");
});
