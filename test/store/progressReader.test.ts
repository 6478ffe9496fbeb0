import { mkdtempSync, rmSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { nodeFileSystem } from "../../src/store/nodeFileSystem";
import { ProgressReader } from "../../src/store/progressReader";
import { appendEvents, epochEvents, makeRun } from "./makeRun";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "unipt-progress-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const plan = { type: "trainingPlanned", epochs: 9000, stepsPerEpoch: 1, totalSteps: 9000, trainableParams: 1 } as const;

describe("the progress of a run", () => {
  test("is read from both ends of a long log, then from what is added", async () => {
    const epochs = Array.from({ length: 4000 }, (_, i) => epochEvents(i + 1, i));
    const directory = makeRun(folder, { events: [plan, ...epochs.flat()] });
    let bytes = 0;
    const fs: typeof nodeFileSystem = {
      ...nodeFileSystem,
      async read(path, range) {
        const got = await nodeFileSystem.read(path, range);
        bytes += got.length;
        return got;
      },
    };
    const reader = new ProgressReader(fs, directory, "rSum");
    expect(await reader.poll()).toBe(true);
    expect(reader.progress).toMatchObject({ epochs: 9000, epoch: 4000, step: 4000, latest: { value: 3999 } });
    expect(bytes).toBeLessThan(400_000);
    expect(await reader.poll()).toBe(false);
    appendEvents(directory, epochEvents(4001, 7));
    bytes = 0;
    expect(await reader.poll()).toBe(true);
    expect(reader.progress).toMatchObject({ epochs: 9000, epoch: 4001, latest: { value: 7, epoch: 4001 } });
    expect(bytes).toBeLessThan(2000);
  });

  test("starts anew when the log is a new one, and is empty without a log", async () => {
    const directory = makeRun(folder, { events: epochEvents(5, 1) });
    const reader = new ProgressReader(nodeFileSystem, directory, "rSum");
    await reader.poll();
    truncateSync(join(directory, "events.jsonl"));
    await reader.poll();
    expect(reader.progress).toEqual({ step: 0, epoch: 0 });
    rmSync(join(directory, "events.jsonl"));
    expect(await reader.poll()).toBe(false);
  });
});
