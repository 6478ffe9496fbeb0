import { open } from "node:fs/promises";
import { crc32 } from "node:zlib";

import { z } from "zod";

import { writeFileAtomic } from "../../store/atomicFile";
import type { FileSystem } from "../../store/fileSystem";

/**
 * A shard file: 8 bytes of magic, length and CRC-32 of the header (4 + 4), the header as JSON, zeros up to a multiple of 64,
 * then the records. Little-endian. It is complete or not there, since it is written under another name and then renamed.
 */
const MAGIC = "UNIPTFS1";
const PREAMBLE_BYTES = 16;
const ALIGNMENT = 64;
const MAX_HEADER_BYTES = 1 << 26;
const READ_BYTES = 1 << 22;

const ShardHeader = z.object({
  /** Content addresses of the items, in the order of their records. */
  items: z.array(z.string()),
  recordBytes: z.int().min(1),
  /** CRC-32 of all records. */
  checksum: z.int().min(0),
});

export interface Shard {
  readonly path: string;
  readonly items: readonly string[];
  /** Where the first record starts. */
  readonly dataOffset: number;
}

/**
 * Writes a shard.
 * @param records the bytes of all records, in order, in pieces of any size
 */
export async function writeShard(
  fs: FileSystem,
  path: string,
  items: readonly string[],
  recordBytes: number,
  records: readonly Uint8Array[],
): Promise<Shard> {
  const checksum = records.reduce((sum, piece) => crc32(piece, sum), 0);
  const header = new TextEncoder().encode(JSON.stringify({ items, recordBytes, checksum }));
  const dataOffset = Math.ceil((PREAMBLE_BYTES + header.length) / ALIGNMENT) * ALIGNMENT;
  const front = new Uint8Array(dataOffset);
  front.set(new TextEncoder().encode(MAGIC));
  const view = new DataView(front.buffer);
  view.setUint32(8, header.length, true);
  view.setUint32(12, crc32(header), true);
  front.set(header, PREAMBLE_BYTES);
  await writeFileAtomic(fs, path, [front, ...records]);
  return { path, items, dataOffset };
}

/**
 * Opens a shard and checks every byte of it against its checksums.
 * @returns undefined when the file is damaged or of another layout: its items have to be computed again
 */
export async function readShard(path: string, recordBytes: number): Promise<Shard | undefined> {
  const file = await open(path, "r").catch(() => undefined);
  if (!file) return undefined;
  try {
    const read = async (buffer: Uint8Array, position: number): Promise<boolean> => {
      let filled = 0;
      while (filled < buffer.length) {
        const { bytesRead } = await file.read(buffer, filled, buffer.length - filled, position + filled);
        if (bytesRead === 0) return false;
        filled += bytesRead;
      }
      return true;
    };
    const { size } = await file.stat();
    const preamble = new Uint8Array(PREAMBLE_BYTES);
    if (!(await read(preamble, 0)) || new TextDecoder().decode(preamble.subarray(0, 8)) !== MAGIC) return undefined;
    const view = new DataView(preamble.buffer);
    const headerLength = view.getUint32(8, true);
    if (headerLength > Math.min(size, MAX_HEADER_BYTES)) return undefined;
    const headerBytes = new Uint8Array(headerLength);
    if (!(await read(headerBytes, PREAMBLE_BYTES)) || crc32(headerBytes) !== view.getUint32(12, true)) return undefined;
    const header = ShardHeader.parse(JSON.parse(new TextDecoder().decode(headerBytes)));

    const dataOffset = Math.ceil((PREAMBLE_BYTES + headerLength) / ALIGNMENT) * ALIGNMENT;
    if (header.recordBytes !== recordBytes || size !== dataOffset + header.items.length * recordBytes) return undefined;
    const piece = new Uint8Array(Math.min(READ_BYTES, size - dataOffset));
    let checksum = 0;
    for (let position = dataOffset; position < size; position += piece.length) {
      const part = piece.subarray(0, Math.min(piece.length, size - position));
      if (!(await read(part, position))) return undefined;
      checksum = crc32(part, checksum);
    }
    return checksum === header.checksum ? { path, items: header.items, dataOffset } : undefined;
  } finally {
    await file.close();
  }
}
