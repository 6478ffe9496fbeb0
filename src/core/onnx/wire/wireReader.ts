import type { ByteSource } from "./byteSource";

/** The bytes are no protobuf message, or a hostile one. */
export class WireError extends Error {
  override readonly name = "WireError";
}

/** Protobuf wire types that ONNX uses; groups (3, 4) are refused. */
export const wireType = { varint: 0, fixed64: 1, lengthDelimited: 2, fixed32: 5 } as const;

/** Where a payload lies within its source. */
export interface ByteRange {
  readonly offset: number;
  readonly length: number;
}

/** Bytes fetched at once: headers of neighbouring messages come together, weights between them are never read. */
const WINDOW_BYTES = 1 << 16;

/** A cursor over protobuf primitives. Every length is checked against the end of the enclosing message before it is used. */
export class WireReader {
  position = 0;
  #window: Uint8Array = new Uint8Array(0);
  #windowStart = 0;
  /** The last varint, as two unsigned halves. */
  #low = 0;
  #high = 0;

  constructor(readonly source: ByteSource) {}

  /** Field number and wire type of the next field of a message that ends at `end`. */
  tag(end: number): { readonly field: number; readonly wire: number } {
    this.#varint(end);
    if (this.#high !== 0 || this.#low < 8) throw new WireError(`invalid field tag at byte ${this.position}`);
    return { field: this.#low >>> 3, wire: this.#low & 7 };
  }

  /** A signed varint; beyond 2^53 it is rounded. */
  int(end: number): number {
    this.#varint(end);
    return (this.#high | 0) * 0x1_0000_0000 + this.#low;
  }

  bigint(end: number): bigint {
    this.#varint(end);
    return (BigInt(this.#high) << 32n) | BigInt(this.#low);
  }

  float(end: number): number {
    const bytes = this.#take(4, end);
    return new DataView(bytes.buffer, bytes.byteOffset, 4).getFloat32(0, true);
  }

  double(end: number): number {
    const bytes = this.#take(8, end);
    return new DataView(bytes.buffer, bytes.byteOffset, 8).getFloat64(0, true);
  }

  /** The payload of a length-delimited field; the cursor moves behind it without reading it. */
  range(end: number): ByteRange {
    const length = this.int(end);
    if (length < 0 || length > end - this.position)
      throw new WireError(`a field of ${length} bytes at byte ${this.position} reaches beyond the end of its message`);
    const range = { offset: this.position, length };
    this.position += length;
    return range;
  }

  string(end: number): string {
    return new TextDecoder().decode(this.bytes(this.range(end)));
  }

  bytes(range: ByteRange): Uint8Array {
    return this.source.read(range.offset, range.length);
  }

  skip(wire: number, end: number): void {
    if (wire === wireType.varint) this.#varint(end);
    else if (wire === wireType.fixed64) this.#advance(8, end);
    else if (wire === wireType.lengthDelimited) this.range(end);
    else if (wire === wireType.fixed32) this.#advance(4, end);
    else throw new WireError(`unsupported wire type ${wire} at byte ${this.position}`);
  }

  #advance(count: number, end: number): void {
    if (count > end - this.position) throw new WireError(`the data end within a field at byte ${this.position}`);
    this.position += count;
  }

  #take(count: number, end: number): Uint8Array {
    const start = this.position;
    this.#advance(count, end);
    return this.source.read(start, count);
  }

  #varint(end: number): void {
    let low = 0;
    let high = 0;
    for (let index = 0; index < 10; index++) {
      if (this.position >= end) throw new WireError(`the data end within a number at byte ${this.position}`);
      const byte = this.#byte();
      const bits = byte & 0x7f;
      // Groups of seven bits, the fifth of which (bits 28 to 34) straddles the halves.
      if (index < 4) low |= bits << (7 * index);
      else if (index === 4) {
        low |= bits << 28;
        high |= bits >>> 4;
      } else high |= bits << (7 * index - 32);
      if (byte < 0x80) {
        this.#low = low >>> 0;
        this.#high = high >>> 0;
        return;
      }
    }
    throw new WireError(`a number at byte ${this.position} is longer than ten bytes`);
  }

  #byte(): number {
    let index = this.position - this.#windowStart;
    if (index < 0 || index >= this.#window.length) {
      this.#windowStart = this.position;
      this.#window = this.source.read(this.position, Math.min(WINDOW_BYTES, this.source.length - this.position));
      index = 0;
    }
    this.position++;
    return this.#window[index] ?? 0;
  }
}
