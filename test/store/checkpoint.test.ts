import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { UserError } from "../../src/core/errors";
import { encodeSafetensors } from "../../src/core/experiment/safetensors";
import type { Checkpoint, CheckpointInfo } from "../../src/store/checkpoint";
import { decodeCheckpoint, encodeCheckpoint, fingerprintChanges } from "../../src/store/checkpoint";
import { CheckpointStore } from "../../src/store/checkpointStore";
import { readCheckpointInfo } from "../../src/store/loadCheckpoint";
import { fuzzOptions } from "../support/fuzz";
import { SimulatedDisk } from "../support/simulatedDisk";
import { weightsAt } from "./fakeRun";

function checkpointAt(step: number, extra: Partial<CheckpointInfo> = {}): Checkpoint {
  const info: CheckpointInfo = {
    ...{ formatVersion: 1, kind: "resume", step, epoch: step, seed: 0, eventSeq: step, fingerprint: { device: "cpu" } },
    ...{ trainer: { sinceBest: 2 }, ...extra },
  };
  return { info, tensors: weightsAt(step) };
}

function bytesOf(checkpoint: Checkpoint): Uint8Array {
  return Buffer.concat(encodeCheckpoint(checkpoint));
}

function storeOn(disk: SimulatedDisk, token: number, check = () => Promise.resolve()): CheckpointStore {
  return new CheckpointStore(disk, "/checkpoints", { token, check });
}

async function namesOn(disk: SimulatedDisk): Promise<string[]> {
  return (await disk.list("/checkpoints")).map(({ name }) => name).sort();
}

/** Changes one byte of a file in place. */
async function damage(disk: SimulatedDisk, path: string): Promise<void> {
  const bytes = await disk.read(path);
  bytes[bytes.length - 3]! ^= 4;
  await (await disk.open(path, "create")).write(bytes);
}

/** A disk that gives back unfinished files with a bit wrong. */
class GarblingDisk extends SimulatedDisk {
  override async read(path: string): Promise<Uint8Array> {
    const bytes = await super.read(path);
    if (path.endsWith(".tmp")) bytes[40]! ^= 1;
    return bytes;
  }
}

describe("a checkpoint file", () => {
  test("gives back every bit of its tensors and its info", () => {
    const checkpoint = checkpointAt(7, { best: { file: "b", step: 4, epoch: 2, metric: "rSum", value: 300.5 } });
    expect(decodeCheckpoint(bytesOf(checkpoint), "f")).toEqual(checkpoint);
  });

  test("is found damaged whichever bit changes", () => {
    const bytes = bytesOf(checkpointAt(3));
    for (let at = 0; at < bytes.length; at++) {
      for (let bit = 0; bit < 8; bit++) {
        const damaged = bytes.slice();
        damaged[at]! ^= 1 << bit;
        expect(() => decodeCheckpoint(damaged, "f"), `byte ${at}, bit ${bit}`).toThrow(UserError);
      }
    }
  });

  test("is found damaged wherever it is cut, and when bytes are added", () => {
    const bytes = bytesOf(checkpointAt(3));
    for (let length = 0; length < bytes.length; length++) {
      expect(() => decodeCheckpoint(bytes.subarray(0, length), "f")).toThrow(
        /f is damaged: its checksum does not match/,
      );
    }
    expect(() => decodeCheckpoint(Buffer.concat([bytes, Buffer.from([0])]), "f")).toThrow(UserError);
  });

  test("of another kind or version is refused with a sentence", () => {
    expect(() => decodeCheckpoint(encodeSafetensors(weightsAt(1)), "f")).toThrow(/damaged/);
    const later = bytesOf(checkpointAt(3, { formatVersion: 2 as 1 }));
    expect(() => decodeCheckpoint(later, "f")).toThrow(/f was not written by this version of UniPT Lab/);
  });

  test("fuzz: any bytes, and any few changes, are refused", () => {
    const valid = bytesOf(checkpointAt(3));
    const change = fc.record({ at: fc.nat(valid.length - 1), xor: fc.integer({ min: 1, max: 255 }) });
    const mutated = fc.uniqueArray(change, { minLength: 1, maxLength: 6, selector: ({ at }) => at }).map((changes) => {
      const bytes = valid.slice();
      for (const { at, xor } of changes) bytes[at]! ^= xor;
      return bytes;
    });
    fc.assert(
      fc.property(fc.oneof(mutated, fc.uint8Array({ maxLength: 300 })), (bytes) => {
        expect(() => decodeCheckpoint(bytes, "f")).toThrow(UserError);
      }),
      fuzzOptions(5_000),
    );
  });
});

test("the info of a file is read without its tensors", async () => {
  const disk = new SimulatedDisk();
  const { file } = await storeOn(disk, 1).save(checkpointAt(5));
  expect(await readCheckpointInfo(disk, `/checkpoints/${file}`)).toEqual(checkpointAt(5).info);
  await expect(readCheckpointInfo(disk, "/checkpoints/none")).rejects.toThrow(UserError);
});

test("says what changed since a checkpoint was made", () => {
  expect(fingerprintChanges({ device: "cpu", threads: 2 }, { device: "cpu", threads: 4 })).toEqual([
    "The checkpoint was made with threads 2, this is 4: results may differ in the last digits.",
  ]);
  expect(fingerprintChanges({ a: 1 }, { a: 1 })).toEqual([]);
});

describe("the checkpoints of a run", () => {
  test("are kept in two generations, and with them the best ones that they refer to", async () => {
    const disk = new SimulatedDisk();
    const store = storeOn(disk, 1);
    for (let step = 1; step <= 5; step++) {
      const best = step === 2 || step === 4 ? await store.save(checkpointAt(step, { kind: "best" })) : undefined;
      const bestStep = step < 2 ? undefined : step < 4 ? 2 : 4;
      const file = best?.file ?? `best-0000000${bestStep}-w0001.safetensors`;
      const reference =
        bestStep === undefined ? {} : { best: { file, step: bestStep, epoch: 1, metric: "rSum", value: 1 } };
      await store.save(checkpointAt(step, reference));
      if (step === 4) {
        expect(await namesOn(disk)).toEqual([
          ...["best-00000002-w0001.safetensors", "best-00000004-w0001.safetensors"],
          ...["resume-00000003-w0001.safetensors", "resume-00000004-w0001.safetensors"],
        ]);
      }
    }
    expect(await namesOn(disk)).toEqual([
      ...["best-00000004-w0001.safetensors", "resume-00000004-w0001.safetensors", "resume-00000005-w0001.safetensors"],
    ]);
  });

  test("are resumed from the newest that is intact; damaged ones are named and set aside", async () => {
    const disk = new SimulatedDisk();
    const store = storeOn(disk, 1);
    for (const step of [1, 2]) await store.save(checkpointAt(step));
    await damage(disk, "/checkpoints/resume-00000002-w0001.safetensors");
    const { checkpoint, problems } = await store.recover();
    expect(checkpoint).toEqual(checkpointAt(1));
    expect(problems).toEqual([expect.stringMatching(/resume-00000002-w0001\.safetensors is damaged/)]);
    expect(await namesOn(disk)).toContain("damaged-resume-00000002-w0001.safetensors");
    expect(await store.recover()).toMatchObject({ checkpoint: { info: { step: 1 } }, problems: [] });
  });

  test("that are all damaged leave nothing to resume from, and say so", async () => {
    const disk = new SimulatedDisk();
    const store = storeOn(disk, 1);
    await store.save(checkpointAt(1));
    await damage(disk, "/checkpoints/resume-00000001-w0001.safetensors");
    expect(await store.recover()).toMatchObject({ checkpoint: undefined, problems: [expect.any(String)] });
    expect(await storeOn(new SimulatedDisk(), 1).recover()).toEqual({ checkpoint: undefined, problems: [] });
  });

  test("of a later version are left alone", async () => {
    const disk = new SimulatedDisk();
    await storeOn(disk, 1).save(checkpointAt(1, { formatVersion: 2 as 1 }));
    await expect(storeOn(disk, 2).recover()).rejects.toThrow(/not written by this version/);
    expect(await namesOn(disk)).toEqual(["resume-00000001-w0001.safetensors"]);
  });

  test("of a process that lost its lock never win, however far it got", async () => {
    const disk = new SimulatedDisk();
    await storeOn(disk, 2).save(checkpointAt(3));
    await storeOn(disk, 1).save(checkpointAt(9));
    expect((await storeOn(disk, 3).recover()).checkpoint?.info.step).toBe(3);
  });

  test("are not committed once the lock is lost", async () => {
    const disk = new SimulatedDisk();
    const store = storeOn(disk, 1, () => Promise.reject(new UserError("taken over")));
    await expect(store.save(checkpointAt(1))).rejects.toThrow("taken over");
    expect(await namesOn(disk)).toEqual([]);
  });

  test("are read back: what the disk garbled is refused, and the last one stays", async () => {
    const disk = new SimulatedDisk();
    await storeOn(disk, 1).save(checkpointAt(1));
    const garbling = new GarblingDisk(disk.root);
    await expect(storeOn(garbling, 1).save(checkpointAt(2))).rejects.toThrow(/damaged/);
    expect(await namesOn(disk)).toEqual(["resume-00000001-w0001.safetensors"]);
  });
});
