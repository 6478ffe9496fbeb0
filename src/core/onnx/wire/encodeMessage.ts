import type { Field, Message, Schema, SchemaOf } from "./messageSchema";
import { wireType } from "./wireReader";

/**
 * Encodes a message deterministically: fields in the order of their numbers, repeated ones in order. `payloadBytes`, roughly
 * what the message holds in byte fields, spares the buffer from growing.
 * @throws RangeError when the result would exceed protobuf's 2 GiB.
 */
export function encodeMessage<T extends object>(schema: SchemaOf<T>, message: T, payloadBytes = 0): Uint8Array {
  const writer = new BackwardWriter(payloadBytes + (1 << 16));
  writeMessage(writer, schema, message as Message);
  return writer.finish();
}

function writeMessage(writer: BackwardWriter, schema: Schema, message: Message): void {
  const fields = Object.entries(schema.fields).sort(([, a], [, b]) => b.number - a.number);
  for (const [name, field] of fields) {
    const value = message[name];
    if (value === undefined) continue;
    // Tensors are written as raw data, so the typed fields stay empty.
    if (field.kind === "numbers") continue;
    if (!field.repeated) writeField(writer, field, value);
    else for (const element of (value as unknown[]).toReversed()) writeField(writer, field, element);
  }
}

function writeField(writer: BackwardWriter, field: Exclude<Field, { kind: "numbers" }>, value: unknown): void {
  if (field.kind === "int") {
    writer.int(value as number);
    writer.tag(field.number, wireType.varint);
  } else if (field.kind === "float") {
    writer.float(value as number);
    writer.tag(field.number, wireType.fixed32);
  } else {
    const before = writer.length;
    if (field.kind === "string") writer.bytes(new TextEncoder().encode(value as string));
    else if (field.kind === "bytes") writer.bytes(value as Uint8Array);
    else writeMessage(writer, field.schema(), value as Message);
    writer.int(writer.length - before);
    writer.tag(field.number, wireType.lengthDelimited);
  }
}

const MAX_MESSAGE_BYTES = 2 ** 31 - 1;

/** Writes from the end towards the start, so that a nested message's length is known when its header is written. */
class BackwardWriter {
  #buffer: Uint8Array;
  length = 0;

  constructor(capacity: number) {
    this.#buffer = new Uint8Array(capacity);
  }

  tag(field: number, wire: number): void {
    this.int(field * 8 + wire);
  }

  /** A signed 64-bit varint; values beyond the range are clamped (2^63 stands for "to the end" in slices). */
  int(value: number): void {
    let rest = BigInt.asUintN(64, clampToInt64(BigInt(value)));
    const groups: number[] = [];
    do {
      groups.push(Number(rest & 0x7fn));
      rest >>= 7n;
    } while (rest !== 0n);
    const bytes = groups.map((group, index) => (index < groups.length - 1 ? group | 0x80 : group));
    this.bytes(Uint8Array.from(bytes));
  }

  float(value: number): void {
    this.bytes(new Uint8Array(Float32Array.of(value).buffer));
  }

  bytes(bytes: Uint8Array): void {
    const needed = this.length + bytes.length;
    if (needed > MAX_MESSAGE_BYTES) throw new RangeError(`A message of ${needed} bytes exceeds protobuf's 2 GiB.`);
    if (needed > this.#buffer.length) {
      const grown = new Uint8Array(Math.max(needed, this.#buffer.length * 2));
      grown.set(this.#buffer.subarray(this.#buffer.length - this.length), grown.length - this.length);
      this.#buffer = grown;
    }
    this.#buffer.set(bytes, this.#buffer.length - needed);
    this.length = needed;
  }

  finish(): Uint8Array {
    return this.#buffer.subarray(this.#buffer.length - this.length);
  }
}

function clampToInt64(value: bigint): bigint {
  const max = 2n ** 63n - 1n;
  return value > max ? max : value < -max - 1n ? -max - 1n : value;
}
