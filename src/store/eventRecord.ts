import { crc32 } from "node:zlib";
import { z } from "zod";
import type { RunEvent } from "../core/experiment/runEvent";
import { readRunEvent } from "../core/experiment/runEvent";

/** One line of an event log. */
export interface EventRecord {
  /** Position in the history of the run, from 0. */
  readonly seq: number;
  /** Token of the lock under which the line was written; see {@link EventHistory} for what follows from it. */
  readonly writer: number;
  /** Milliseconds since 1970. */
  readonly time: number;
  /** Undefined for an event of a later version of this program. */
  readonly event: RunEvent | undefined;
}

const count = z.int().min(0);
const Line = z.object({ seq: count, writer: count, time: z.number(), event: z.unknown() });

/** Longest line that is read, in bytes. */
export const maxLineBytes = 1 << 20;

const checksumStart = ',"crc":"';
const checksumLength = checksumStart.length + 8 + 2;

/** A record as one line of JSON whose last member is the CRC-32 of all bytes before it. */
export function encodeRecord(record: EventRecord): Uint8Array {
  const body = JSON.stringify(record).slice(0, -1);
  return Buffer.from(`${body}${checksumStart}${hex(crc32(body))}"}\n`);
}

/** Reads one line, without its line feed; undefined unless every byte is as written. */
export function decodeRecord(line: Uint8Array): EventRecord | undefined {
  if (line.length < checksumLength) return undefined;
  const body = line.subarray(0, line.length - checksumLength);
  const ending = `${checksumStart}${hex(crc32(body))}"}`;
  if (!Buffer.from(line.buffer, line.byteOffset + body.length, checksumLength).equals(Buffer.from(ending)))
    return undefined;
  const parsed = Line.safeParse(parse(`${Buffer.from(body.buffer, body.byteOffset, body.length).toString()}}`));
  return parsed.success ? { ...parsed.data, event: readRunEvent(parsed.data.event) } : undefined;
}

function hex(checksum: number): string {
  return checksum.toString(16).padStart(8, "0");
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
