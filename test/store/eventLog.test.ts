import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { RunEvent } from "../../src/core/experiment/runEvent";
import { EventHistory } from "../../src/store/eventHistory";
import { EventLog, readEventLog } from "../../src/store/eventLog";
import { EventLogTail } from "../../src/store/eventLogTail";
import type { EventRecord } from "../../src/store/eventRecord";
import { decodeRecord, encodeRecord } from "../../src/store/eventRecord";
import { fuzzOptions } from "../support/fuzz";
import { SimulatedDisk } from "../support/simulatedDisk";

const path = "/events.jsonl";

function step(number: number): RunEvent {
  return { type: "stepEnd", step: number, epoch: 1, loss: 0.5, learningRate: 1, gradientNorm: 1, samplesPerSecond: 1 };
}

function stepsOf(records: readonly EventRecord[]): number[] {
  return records.flatMap(({ event }) => (event?.type === "stepEnd" ? [event.step] : []));
}

function open(disk: SimulatedDisk, writer: number, seq: number): Promise<EventLog> {
  return EventLog.open(disk, path, { writer, seq, fence: () => Promise.resolve(), now: () => 1000 });
}

/** A log of eight steps, as bytes. */
async function eightSteps(): Promise<Uint8Array> {
  const disk = new SimulatedDisk();
  const log = await open(disk, 1, 0);
  for (let i = 1; i <= 8; i++) await log.append(step(i));
  await log.close();
  return disk.read(path);
}

function historyOf(...pieces: readonly Uint8Array[]): EventHistory {
  const history = new EventHistory();
  for (const piece of pieces) history.push(piece);
  return history;
}

test("is JSON Lines: each line is an object with its checksum", async () => {
  const lines = Buffer.from(await eightSteps())
    .toString()
    .trimStart()
    .trimEnd()
    .split("\n");
  expect(lines).toHaveLength(8);
  expect(JSON.parse(lines[2]!)).toMatchObject({ seq: 2, writer: 1, time: 1000, event: { type: "stepEnd", step: 3 } });
  expect(JSON.parse(lines[2]!)).toHaveProperty("crc", expect.stringMatching(/^[0-9a-f]{8}$/));
});

test("cut at every byte, it yields every record that is whole, and never throws", async () => {
  const bytes = await eightSteps();
  for (let length = 0; length <= bytes.length; length++) {
    const cut = bytes.subarray(0, length);
    const whole = Buffer.from(cut)
      .toString()
      .split("\n")
      .filter((line) => line.endsWith('"}')).length;
    const endsInLine = length > 0 && cut[length - 1] !== 10;
    const { records, damagedLines, endsWithinLine } = historyOf(cut);
    const complete = endsInLine && Buffer.from(cut).toString().endsWith('"}') ? whole - 1 : whole;
    expect(stepsOf(records)).toEqual(Array.from({ length: complete }, (_, i) => i + 1));
    expect([damagedLines, endsWithinLine]).toEqual([0, endsInLine]);
  }
});

test("cut at every byte and continued by the next writer, it holds the kept events and the new ones", async () => {
  const bytes = await eightSteps();
  for (let length = 0; length <= bytes.length; length += 3) {
    const disk = new SimulatedDisk();
    const file = await disk.open(path, "create");
    await file.write(bytes.subarray(0, length));
    const before = stepsOf((await readEventLog(disk, path)).records);
    const resumeAt = Math.min(4, before.length);
    const log = await open(disk, 2, resumeAt);
    await log.append(step(100));
    await log.append(step(101));
    const { records } = await readEventLog(disk, path);
    expect(stepsOf(records)).toEqual([...before.slice(0, resumeAt), 100, 101]);
  }
});

test("finds any change of any byte", async () => {
  const bytes = await eightSteps();
  const lines = historyOf(bytes).records;
  for (let at = 0; at < bytes.length; at++) {
    for (const flip of [0x01, 0x20, 0x80]) {
      const damaged = bytes.slice();
      damaged[at]! ^= flip;
      const { records } = historyOf(damaged);
      expect(records.length).toBeGreaterThanOrEqual(lines.length - 2);
      for (const record of records) expect(lines).toContainEqual(record);
    }
  }
});

test("one damaged line does not hide the others", async () => {
  const lines = Buffer.from(await eightSteps())
    .toString()
    .trimStart()
    .split("\n");
  lines[3] = lines[3]!.replace('"step":4', '"step":9');
  const { records, damagedLines } = historyOf(Buffer.from(lines.join("\n")));
  expect(stepsOf(records)).toEqual([1, 2, 3, 5, 6, 7, 8]);
  expect(damagedLines).toBe(1);
});

describe("after a resume", () => {
  const line = (writer: number, seq: number, number: number) =>
    encodeRecord({ seq, writer, time: 0, event: step(number) });

  test("events beyond the checkpoint are superseded, not repeated", () => {
    const history = historyOf(line(1, 0, 1), line(1, 1, 2), line(1, 2, 3), line(2, 1, 2), line(2, 2, 3), line(2, 3, 4));
    expect(stepsOf(history.records)).toEqual([1, 2, 3, 4]);
    expect(history.records.map(({ writer }) => writer)).toEqual([1, 2, 2, 2]);
    expect(history.supersededRecords).toBe(2);
  });

  test("a run that starts anew supersedes everything", () => {
    expect(stepsOf(historyOf(line(1, 0, 1), line(1, 1, 2), line(2, 0, 1)).records)).toEqual([1]);
  });

  test("what a writer appends after it lost its lock is ignored", () => {
    const history = historyOf(line(1, 0, 1), line(2, 1, 2), line(1, 1, 99), line(1, 2, 99), line(2, 2, 3));
    expect(stepsOf(history.records)).toEqual([1, 2, 3]);
  });

  test("a line that comes twice counts once, and drops nothing", () => {
    const history = historyOf(line(1, 0, 1), line(1, 1, 2), line(1, 2, 3), line(1, 1, 2));
    expect(stepsOf(history.records)).toEqual([1, 2, 3]);
    expect(history.supersededRecords).toBe(0);
  });

  test("what it slipped in before the new writer's first event is superseded", () => {
    expect(stepsOf(historyOf(line(1, 0, 1), line(1, 1, 99), line(2, 1, 2)).records)).toEqual([1, 2]);
  });

  test("a reader that follows is told what to drop and what to add", () => {
    const history = historyOf(line(1, 0, 1), line(1, 1, 2), line(1, 2, 3));
    const change = history.push(Buffer.concat([line(1, 3, 4), line(2, 1, 2), line(2, 2, 3)]));
    expect(change.kept).toBe(1);
    expect(stepsOf(change.added)).toEqual([2, 3]);
    expect(history.push(line(2, 3, 4))).toMatchObject({ kept: 3, added: [{ seq: 3 }] });
    expect(history.push(new Uint8Array())).toEqual({ kept: 4, added: [] });
  });
});

test("reads the same however the bytes arrive", async () => {
  const bytes = Buffer.concat([await eightSteps(), encodeRecord({ seq: 3, writer: 2, time: 0, event: step(77) })]);
  const expected = historyOf(bytes).records;
  const cuts = fc.array(fc.nat(bytes.length), { maxLength: 12 });
  fc.assert(
    fc.property(cuts, (places) => {
      const history = new EventHistory();
      let view: EventRecord[] = [];
      let start = 0;
      for (const end of [...places.sort((a, b) => a - b), bytes.length]) {
        const { kept, added } = history.push(bytes.subarray(start, end));
        view = [...view.slice(0, kept), ...added];
        start = end;
      }
      expect(history.records).toEqual(expected);
      expect(view).toEqual(expected);
    }),
    fuzzOptions(300),
  );
});

test("a follower that keeps no records is told the same, through any resumes and in any pieces", () => {
  const moves = fc.array(fc.record({ back: fc.nat({ max: 6 }), steps: fc.integer({ min: 1, max: 7 }) }), {
    maxLength: 8,
  });
  fc.assert(
    fc.property(moves, fc.integer({ min: 1, max: 900 }), (resumes, pieceBytes) => {
      const lines: Uint8Array[] = [];
      let seq = 0;
      resumes.forEach(({ back, steps }, writer) => {
        seq = Math.max(0, seq - back);
        for (let i = 0; i < steps; i++) {
          lines.push(encodeRecord({ seq, writer, time: 0, event: step(writer * 100 + seq + 1) }));
          seq++;
        }
      });
      const bytes = Buffer.concat(lines);
      const whole = new EventHistory();
      whole.push(bytes);
      const follower = new EventHistory({ keepsRecords: false });
      const followed: EventRecord[] = [];
      for (let at = 0; at < bytes.length; at += pieceBytes) {
        const { kept, added } = follower.push(bytes.subarray(at, at + pieceBytes));
        followed.splice(kept, Infinity, ...added);
      }
      expect(followed).toEqual(whole.records);
      expect(follower.recordCount).toBe(whole.recordCount);
      expect(follower.supersededRecords).toBe(whole.supersededRecords);
    }),
    fuzzOptions(200),
  );
});

test("events of later versions are kept as unknown", () => {
  const line = encodeRecord({ seq: 0, writer: 1, time: 0, event: { type: "teleported" } as unknown as RunEvent });
  expect(historyOf(line).records).toEqual([{ seq: 0, writer: 1, time: 0, event: undefined }]);
});

test("a line without end is skipped without being held in memory", () => {
  const history = new EventHistory();
  for (let i = 0; i < 40; i++) history.push(Buffer.alloc(1 << 16, 0x61));
  history.push(Buffer.concat([Buffer.from("\n"), encodeRecord({ seq: 0, writer: 1, time: 0, event: step(1) })]));
  expect(stepsOf(history.records)).toEqual([1]);
  expect(history.damagedLines).toBe(1);
});

test("a write that fails loses nothing: the events go out with the next, once", async () => {
  for (let call = 3; call <= 15; call++) {
    const disk = new SimulatedDisk();
    const log = await open(disk, 1, 0);
    disk.fault = { call, code: "ENOSPC" };
    let failures = 0;
    for (let i = 1; i <= 12; i++) {
      await log.append(step(i)).catch((error: unknown) => {
        expect(String(error)).toMatch(/disk is full; free some space and resume the run/);
        failures++;
      });
    }
    await log.close().catch(() => failures++);
    disk.fault = undefined;
    expect(stepsOf((await readEventLog(disk, path)).records)).toEqual(Array.from({ length: 12 }, (_, i) => i + 1));
    expect(failures).toBe(1);
  }
});

test("appends that are not awaited keep their order", async () => {
  const disk = new SimulatedDisk();
  const log = await open(disk, 1, 0);
  await Promise.all(Array.from({ length: 50 }, (_, i) => log.append(step(i + 1))));
  expect(stepsOf((await readEventLog(disk, path)).records)).toEqual(Array.from({ length: 50 }, (_, i) => i + 1));
});

test("what was flushed survives a power loss, whatever becomes of the rest", async () => {
  for (let seed = 0; seed < 200; seed++) {
    const disk = new SimulatedDisk();
    const log = await open(disk, 1, 0);
    for (let i = 1; i <= 3; i++) await log.append(step(i));
    await log.flush();
    for (let i = 4; i <= 6; i++) await log.append(step(i));
    for (const survival of [{ seed }, "nothing"] as const) {
      const { records } = await readEventLog(disk.afterPowerLoss(survival), path);
      const steps = stepsOf(records);
      expect(steps.slice(0, 3)).toEqual([1, 2, 3]);
      expect(steps).toEqual([...new Set(steps)].sort((a, b) => a - b));
    }
  }
});

test("a tail follows a log that appears, grows and is resumed", async () => {
  const disk = new SimulatedDisk();
  const tail = new EventLogTail(disk, path);
  expect(await tail.poll()).toEqual({ kept: 0, added: [] });
  const log = await open(disk, 1, 0);
  await log.append(step(1));
  await log.append(step(2));
  expect(stepsOf((await tail.poll()).added)).toEqual([1, 2]);
  const next = await open(disk, 2, 1);
  await next.append(step(2));
  expect(await tail.poll()).toMatchObject({ kept: 1, added: [{ writer: 2 }] });
  expect(stepsOf(tail.history.records)).toEqual([1, 2]);
});

test("fuzz: any bytes, and a valid line with bytes changed, decode to the record or to nothing", () => {
  const record = { seq: 5, writer: 1, time: 7, event: step(6) };
  const valid = encodeRecord(record).subarray(0, -1);
  expect(decodeRecord(valid)).toEqual(record);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
      expect(decodeRecord(bytes)).toBeUndefined();
      historyOf(bytes, Uint8Array.of(10), bytes);
    }),
    fuzzOptions(5_000),
  );
  const change = fc.record({ at: fc.nat(valid.length - 1), xor: fc.integer({ min: 1, max: 255 }) });
  fc.assert(
    fc.property(fc.uniqueArray(change, { minLength: 1, maxLength: 5, selector: ({ at }) => at }), (changes) => {
      const bytes = valid.slice();
      for (const { at, xor } of changes) bytes[at]! ^= xor;
      expect(decodeRecord(bytes)).toBeUndefined();
    }),
    fuzzOptions(10_000),
  );
});
