import { mkdtemp, mkdir, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { UserError } from "../../src/core/errors";
import { nodeFileSystem } from "../../src/store/nodeFileSystem";
import { systemProcesses } from "../../src/store/processIdentity";
import { createRun } from "../../src/store/runDirectory";
import { listRuns, readManifest, readSummary } from "../../src/store/runListing";
import { formatRunName, parseRunName } from "../../src/store/runName";
import { RunWriter } from "../../src/store/runWriter";
import { manifest, summaryOf, weightsAt } from "./fakeRun";

let root: string;
const options = { processes: systemProcesses, now: Date.now };
const list = (directory = root) => listRuns(nodeFileSystem, directory, systemProcesses, Date.now());

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "unipt-runs-"));
});

afterEach(async () => {
  await rm(root, { recursive: true });
});

test("names say what a run is", () => {
  const name = { experiment: "emoji-scenes", variant: "linear-probe", seed: 2, attempt: 1 };
  expect(formatRunName(name)).toBe("emoji-scenes.linear-probe.seed2");
  expect(formatRunName({ ...name, attempt: 3 })).toBe("emoji-scenes.linear-probe.seed2.3");
  expect(parseRunName("emoji-scenes.linear-probe.seed2.3")).toEqual({ ...name, attempt: 3 });
  for (const other of ["", "a.b", "a.b.seed", "a.b.seed1.", "A.b.seed1", ".run.1.tmp", "a.b.seed1.2.3"]) {
    expect(parseRunName(other)).toBeUndefined();
  }
});

test("a run gets the first free name, also when several processes want it at once", async () => {
  const runs = join(root, "deep/down/runs");
  const made = await Promise.all(Array.from({ length: 5 }, () => createRun(nodeFileSystem, runs, manifest)));
  expect(made.sort()).toEqual(["", ".2", ".3", ".4", ".5"].map((end) => join(runs, `emoji-scenes.unipt.seed0${end}`)));
  expect(await readManifest(nodeFileSystem, made[0]!)).toEqual(manifest);
});

test("the files of a run are found where they were moved along with it, and where they were otherwise", async () => {
  const experiment = join(root, "experiment");
  const written = { ...manifest, baseDirectory: experiment };
  const directory = await createRun(nodeFileSystem, join(experiment, "runs"), written);
  const base = async (of: string): Promise<string> => (await readManifest(nodeFileSystem, of)).baseDirectory;
  const [file] = Object.values(written.files);
  await mkdir(dirname(join(experiment, file!.path)), { recursive: true });
  await writeFile(join(experiment, file!.path), "");
  expect(await base(directory)).toBe(experiment);

  await rename(experiment, join(root, "moved"));
  const moved = directory.replace("experiment", "moved");
  expect(await base(moved)).toBe(join(root, "moved"));

  await rm(join(root, "moved", file!.path));
  expect(await base(moved)).toBe(experiment);

  await writeFile(join(moved, "config.json"), JSON.stringify({ ...manifest, baseDirectory: "../.." }));
  expect(await base(moved)).toBe(join(root, "moved"));
});

test("a folder that cannot be made is a sentence", async () => {
  await writeFile(join(root, "file"), "");
  await expect(createRun(nodeFileSystem, join(root, "file/runs"), manifest)).rejects.toThrow(UserError);
});

test("tells running, interrupted, ended and broken runs apart; none hides the others", async () => {
  const [running, interrupted, ended, noConfig, badSummary, badLock] = await Promise.all(
    Array.from({ length: 6 }, () => createRun(nodeFileSystem, root, manifest)),
  );
  const writer = await RunWriter.open(nodeFileSystem, running!, options);
  await (await RunWriter.open(nodeFileSystem, interrupted!, options)).close();
  const last = await RunWriter.open(nodeFileSystem, ended!, options);
  await last.finish(summaryOf("cancelled", 4));
  await last.close();
  await rm(join(noConfig!, "config.json"));
  await writeFile(join(badSummary!, "summary.json"), '{"outcome":');
  await writeFile(join(badLock!, "lock.7"), "");
  await mkdir(join(root, "notes"));
  await writeFile(join(root, "emoji-scenes.unipt.seed9"), "a file, not a folder");

  const states = new Map((await list()).map((listing) => [listing.directory, listing]));
  expect(states.size).toBe(6);
  expect(states.get(running!)).toMatchObject({ state: "running", pid: process.pid });
  expect(states.get(interrupted!)).toMatchObject({ state: "interrupted", experiment: "emoji-scenes", seed: 0 });
  expect(states.get(ended!)).toMatchObject({ state: "cancelled", summary: { step: 4 } });
  expect(states.get(noConfig!)).toMatchObject({
    state: "broken",
    problem: expect.stringMatching(/no config\.json/) as unknown,
  });
  expect(states.get(badSummary!)).toMatchObject({
    state: "broken",
    problem: expect.stringMatching(/is damaged/) as unknown,
  });
  expect(states.get(badLock!)?.state).toBe("running");
  await writer.close();
});

test("a folder without runs, or that is missing, lists none", async () => {
  expect(await list()).toEqual([]);
  expect(await list(join(root, "missing"))).toEqual([]);
});

test("lists 1,000 runs with less than a second of computing", async () => {
  const config = JSON.stringify(manifest);
  const summary = JSON.stringify(summaryOf("completed", 100));
  for (let seed = 0; seed < 1000; seed++) {
    const directory = join(root, formatRunName({ experiment: "e", variant: "v", seed, attempt: 1 }));
    await mkdir(directory);
    await Promise.all([
      writeFile(join(directory, "config.json"), config),
      writeFile(join(directory, "summary.json"), summary),
    ]);
  }
  const before = process.cpuUsage();
  const runs = await list();
  const { user, system } = process.cpuUsage(before);
  expect(runs).toHaveLength(1000);
  expect(runs.every(({ state }) => state === "completed")).toBe(true);
  expect((user + system) / 1e6).toBeLessThan(1);
});

describe("writing a run", () => {
  const info = { step: 2, epoch: 1, seed: 0, fingerprint: { device: "cpu" }, trainer: {} };

  test("keeps others out, resumes bit for bit, and ends with a summary", async () => {
    const directory = await createRun(nodeFileSystem, root, manifest);
    const first = await RunWriter.open(nodeFileSystem, directory, options);
    await expect(RunWriter.open(nodeFileSystem, directory, options)).rejects.toThrow(/in use by process/);
    expect(first.resumed).toBeUndefined();
    await first.saveCheckpoint({ info: { ...info, kind: "resume" }, tensors: weightsAt(2) });
    await first.close();

    const second = await RunWriter.open(nodeFileSystem, directory, options);
    expect(second.resumed?.tensors).toEqual(weightsAt(2));
    expect(second.resumed?.info).toMatchObject({ step: 2, eventSeq: 0 });
    await second.finish(summaryOf("failed", 3));
    await second.close();
    expect((await readSummary(nodeFileSystem, directory)).outcome).toBe("failed");

    const third = await RunWriter.open(nodeFileSystem, directory, options);
    expect((await list())[0]?.state).toBe("running");
    await third.close();
    expect((await list())[0]?.state).toBe("interrupted");
  });

  test.each(["completed", "early-stopped"] as const)("changes nothing when the run is %s", async (outcome) => {
    const directory = await createRun(nodeFileSystem, root, manifest);
    const writer = await RunWriter.open(nodeFileSystem, directory, options);
    await writer.finish(summaryOf(outcome, 6));
    await writer.close();
    await expect(RunWriter.open(nodeFileSystem, directory, options)).rejects.toThrow(
      /is complete; there is nothing to resume/,
    );
    expect((await list())[0]?.state).toBe(outcome);
  });
});
