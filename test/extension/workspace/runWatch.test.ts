import { mkdtempSync, renameSync, rmSync, unlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { RunWatch } from "../../../src/extension/workspace/runWatch";
import type { CatalogPlaces } from "../../../src/store/runCatalog";
import { nodeFileSystem } from "../../../src/store/nodeFileSystem";
import { systemProcesses } from "../../../src/store/processIdentity";
import { sampleText } from "../../core/experiment/sample";
import { appendEvents, epochEvents, finishRun, makeRun, takeLock } from "../../store/makeRun";

let folder: string;
let file: string;
let read: string[];
let changes: string[][];
let progressed: string[][];
let places: () => CatalogPlaces;
let watch: RunWatch;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "unipt-watch-"));
  file = join(folder, "a.unipt.json");
  writeFileSync(file, sampleText);
  [read, changes, progressed] = [[], [], []];
  places = () => ({ files: [file], folders: [folder] });
  const fs: typeof nodeFileSystem = {
    ...nodeFileSystem,
    read(path, range) {
      read.push(path);
      return nodeFileSystem.read(path, range);
    },
  };
  watch = new RunWatch({
    fs,
    processes: systemProcesses,
    now: () => Date.now(),
    findPlaces: () => Promise.resolve(places()),
    changed: (ids) => changes.push([...ids]),
    progressed: (directories) => progressed.push([...directories]),
    report: (error) => {
      throw error;
    },
  });
});

afterEach(() => {
  watch.dispose();
  rmSync(folder, { recursive: true });
});

const states = (): (string | undefined)[] => watch.catalog.entries.flatMap(({ runs }) => runs.map((run) => run.state));

describe("the watch over runs", () => {
  test("lists experiments with their runs, and runs whose experiment is gone", async () => {
    makeRun(folder, { seed: 1, rSum: 400 });
    makeRun(folder, { seed: 0, rSum: 410 });
    await watch.refresh();
    expect(watch.catalog.entries).toMatchObject([
      { id: file, name: "emoji-scenes", runs: [{ seed: 0 }, { seed: 1 }], file: { problems: [] } },
    ]);
    rmSync(file);
    watch.touch(file, "deleted");
    await watch.look();
    expect(watch.catalog.entries).toMatchObject([{ file: undefined, name: "emoji-scenes", runs: [{}, {}] }]);
    expect(changes).toEqual([[file], [join(folder, "runs", "emoji-scenes"), file]]);
  });

  test("reads only the run that changed, and tells of its experiment alone", async () => {
    const others = mkdtempSync(join(tmpdir(), "unipt-watch-"));
    const other = join(others, "b.unipt.json");
    writeFileSync(other, sampleText);
    makeRun(others, { rSum: 1 });
    places = () => ({ files: [file, other], folders: [] });
    makeRun(folder, { seed: 0, rSum: 400 });
    const directory = makeRun(folder, { seed: 1 });
    await watch.refresh();
    const before = watch.catalog.entries;
    [read, changes] = [[], []];
    finishRun(directory, { variant: "unipt", seed: 1, rSum: 420, outcome: "completed" });
    watch.touch(join(directory, "summary.json"), "created");
    await watch.look();
    expect(states()).toEqual(["completed", "completed", "completed"]);
    expect(read).toEqual([join(directory, "summary.json")]);
    expect(changes).toEqual([[file]]);
    const after = watch.catalog.entries;
    expect(after.find(({ id }) => id === other)).toBe(before.find(({ id }) => id === other));
    const [first] = after.find(({ id }) => id === file)!.runs;
    expect(first).toBe(before.find(({ id }) => id === file)!.runs[0]);
    rmSync(others, { recursive: true });
  });

  test("events that change nothing in the list read nothing", async () => {
    const directory = makeRun(folder, { isRunning: true });
    await watch.refresh();
    read = [];
    watch.touch(join(directory, "events.jsonl"), "changed");
    watch.touch(join(directory, "lock.1"), "changed");
    watch.touch(join(directory, "checkpoints", "best.1.ckpt"), "created");
    watch.touch(join(folder, "runs", ".run.1-1.tmp"), "created");
    watch.touch(join(folder, "scenes.jsonl"), "changed");
    await watch.look();
    expect(read).toEqual([]);
    expect(changes).toHaveLength(1);
  });

  test("a run made elsewhere appears by itself: with an event, and without", async () => {
    await watch.refresh();
    const made = makeRun(folder, { seed: 4, isRunning: true });
    watch.touch(made, "created");
    await watch.look();
    expect(states()).toEqual(["running"]);
    makeRun(folder, { seed: 5, rSum: 1 });
    await watch.tick(false);
    expect(states()).toEqual(["running"]);
    await watch.tick(true);
    expect(states()).toEqual(["running", "completed"]);
  });

  test("a running run is followed by the clock: how far it is, and that it ended or died", async () => {
    const plan = { type: "trainingPlanned", epochs: 3, stepsPerEpoch: 1, totalSteps: 3, trainableParams: 9 } as const;
    const directory = makeRun(folder, { isRunning: true, events: [plan] });
    await watch.refresh();
    expect(progressed).toEqual([[directory]]);
    [read, changes] = [[], []];
    appendEvents(directory, epochEvents(2, 300));
    await watch.tick(false);
    expect(progressed).toHaveLength(2);
    expect(changes).toEqual([]);
    expect(watch.progress(directory)).toMatchObject({
      epoch: 2,
      epochs: 3,
      latest: { metric: "rSum", split: "val", value: 300 },
    });
    await watch.tick(false);
    expect(progressed).toHaveLength(2);

    renameSync(join(directory, "lock.1"), join(directory, "lock.1.released"));
    await watch.tick(false);
    expect(states()).toEqual(["interrupted"]);
    expect(watch.progress(directory)?.epoch).toBe(2);
    unlinkSync(join(directory, "lock.1.released"));
    takeLock(directory);
    await watch.tick(true);
    expect(states()).toEqual(["running"]);
    finishRun(directory, { variant: "unipt", seed: 0, rSum: 1, outcome: "early-stopped" });
    unlinkSync(join(directory, "lock.1"));
    await watch.tick(false);
    expect(states()).toEqual(["early-stopped"]);
    expect(watch.progress(directory)).toBeUndefined();
  });

  test("a run that is deleted goes", async () => {
    const directory = makeRun(folder, { rSum: 400 });
    await watch.refresh();
    rmSync(directory, { recursive: true });
    watch.touch(directory, "deleted");
    await watch.look();
    expect(states()).toEqual([]);
    expect(watch.catalog.entries).toHaveLength(1);
  });

  test("a file being edited keeps its runs, and shows what is wrong with it", async () => {
    makeRun(folder, { rSum: 400 });
    await watch.refresh();
    writeFileSync(file, sampleText.replace('"epochs": 20', '"epochs": "many"'));
    watch.touch(file, "changed");
    await watch.look();
    const [entry, ...rest] = watch.catalog.entries;
    expect(rest).toEqual([]);
    expect(entry?.runs).toHaveLength(1);
    expect(entry?.file?.problems[0]?.message).toMatch(/a\.unipt\.json.*training\.epochs/);
    expect(entry?.file?.plans).toEqual([]);
  });

  test("a new experiment file counts when the search finds it", async () => {
    await watch.refresh();
    const excluded = join(folder, "out", "c.unipt.json");
    watch.touch(excluded, "created");
    await watch.look();
    expect(watch.catalog.entries).toHaveLength(1);
    const made = join(folder, "c.unipt.json");
    writeFileSync(made, sampleText.replace("emoji-scenes", "new-one"));
    places = () => ({ files: [file, made], folders: [] });
    watch.touch(made, "created");
    await watch.look();
    expect(watch.catalog.entries.map(({ name }) => name)).toEqual(["emoji-scenes", "new-one"]);
  });

  test("runs in a folder that the search passes over are left alone", async () => {
    let searches = 0;
    places = () => {
      searches++;
      return { files: [file], folders: [] };
    };
    await watch.refresh();
    for (const seed of [0, 1, 2]) {
      watch.touch(makeRun(join(folder, "excluded"), { seed }), "created");
      await watch.look();
    }
    expect(searches).toBe(2);
    expect(states()).toEqual([]);
  });
});
