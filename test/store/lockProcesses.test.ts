import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, test } from "vitest";
import { nodeFileSystem } from "../../src/store/nodeFileSystem";
import { systemProcesses } from "../../src/store/processIdentity";
import { RunLock } from "../../src/store/runLock";
import type { LockOrder } from "../support/lockRacer";

/** Nightly runs, which set FUZZ_RUNS, race longer. */
const races = process.env["FUZZ_RUNS"] === undefined ? 300 : 3_000;

let folder: string;
let racers: ChildProcess[];

function start(): ChildProcess {
  return fork(join(folder, "lockRacer.mjs"), { execArgv: [] });
}

/** Sends an order and waits for the word that comes back. */
async function tell(racer: ChildProcess, order: LockOrder["order"], directory: string): Promise<string> {
  const answer = once(racer, "message");
  racer.send({ order, directory } satisfies LockOrder);
  return String((await answer)[0]);
}

async function freshDirectory(name: string): Promise<string> {
  const directory = join(folder, name);
  await mkdir(directory);
  return directory;
}

const takeHere = (directory: string, isForced = false): Promise<RunLock> =>
  RunLock.acquire(nodeFileSystem, directory, { processes: systemProcesses, now: Date.now, isForced });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "unipt-locks-"));
  const entryPoints = [join(import.meta.dirname, "../support/lockRacer.ts")];
  const banner = { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" };
  await build({
    entryPoints,
    bundle: true,
    platform: "node",
    format: "esm",
    banner,
    outfile: join(folder, "lockRacer.mjs"),
  });
  racers = [start(), start()];
});

afterAll(async () => {
  for (const racer of racers) racer.kill("SIGKILL");
  await rm(folder, { recursive: true });
});

test(`of two processes that want a lock at once, exactly one gets it, ${races} times`, async () => {
  const wins = [0, 0];
  for (let race = 0; race < races; race++) {
    const directory = await freshDirectory(`race${race}`);
    const answers = await Promise.all(racers.map((racer) => tell(racer, "take", directory)));
    expect(answers.filter((answer) => answer === "taken")).toHaveLength(1);
    expect(answers.find((answer) => answer !== "taken")).toMatch(/is in use by process \d+ on /);
    const winner = answers.indexOf("taken");
    wins[winner]!++;
    await tell(racers[winner]!, "give back", directory);
  }
  expect(Math.min(...wins)).toBeGreaterThan(0);
}, 600_000);

test.skipIf(process.platform === "win32")(
  "a holder that is killed is replaced at once; one that is stopped keeps its lock until it is taken by force",
  async () => {
    const directory = await freshDirectory("killed");
    const victim = start();
    expect(await tell(victim, "take", directory)).toBe("taken");

    victim.kill("SIGSTOP");
    await expect(takeHere(directory)).rejects.toThrow(`in use by process ${victim.pid}`);
    const forced = await takeHere(directory, true);
    victim.kill("SIGCONT");
    expect(await tell(victim, "check", directory)).toMatch(/taken over by another process/);
    await forced.release();

    expect(await tell(victim, "take", directory)).toBe("taken");
    const exit = once(victim, "exit");
    victim.kill("SIGKILL");
    await exit;
    const startedMs = performance.now();
    const lock = await takeHere(directory);
    expect(performance.now() - startedMs).toBeLessThan(10_000);
    await lock.release();
  },
  60_000,
);
