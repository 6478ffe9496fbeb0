import { expect, test } from "vitest";
import { UserError } from "../../src/core/errors";
import { bestCheckpoint, loadBestCheckpoint } from "../../src/store/bestCheckpoint";
import { CheckpointStore } from "../../src/store/checkpointStore";
import { SimulatedDisk } from "../support/simulatedDisk";
import { weightsAt } from "./fakeRun";

const run = "/run";

async function save(disk: SimulatedDisk, step: number, token: number, kind: "best" | "resume" = "best"): Promise<void> {
  const store = new CheckpointStore(disk, `${run}/checkpoints`, { token, check: () => Promise.resolve() });
  const info = {
    formatVersion: 1,
    kind,
    step,
    epoch: step,
    seed: 0,
    eventSeq: step,
    fingerprint: {},
    trainer: {},
  } as const;
  await store.save({ info, tensors: weightsAt(step) });
}

async function diskWithRun(): Promise<SimulatedDisk> {
  const disk = new SimulatedDisk();
  await disk.makeDirectory(run);
  return disk;
}

test("a run without a checkpoint says what to wait for", async () => {
  const disk = await diskWithRun();
  await expect(bestCheckpoint(disk, run)).rejects.toThrow(UserError);
  await save(disk, 3, 1, "resume");
  await expect(bestCheckpoint(disk, run)).rejects.toThrow(/let the run reach an evaluation/);
});

test("while a run goes on, its newest best checkpoint counts: that of the last writer, then of the last step", async () => {
  const disk = await diskWithRun();
  await save(disk, 12, 1);
  await save(disk, 5, 2);
  await save(disk, 9, 2);
  const { file, info, tensors } = await loadBestCheckpoint(disk, run);
  expect(file).toBe("best-00000009-w0002.safetensors");
  expect(info.step).toBe(9);
  expect(tensors).toEqual(weightsAt(9));
});

test("one that is replaced between the look and the reading is looked for again", async () => {
  class ReplacingDisk extends SimulatedDisk {
    isReplaced = false;
    override async read(path: string, range?: { offset: number; length?: number }): Promise<Uint8Array> {
      if (!this.isReplaced && path.includes("best-")) {
        this.isReplaced = true;
        await save(this, 8, 1);
        await this.remove(path);
      }
      return super.read(path, range);
    }
  }
  const disk = new ReplacingDisk();
  await disk.makeDirectory(run);
  disk.isReplaced = true;
  await save(disk, 4, 1);
  disk.isReplaced = false;
  expect((await loadBestCheckpoint(disk, run)).info.step).toBe(8);
});
