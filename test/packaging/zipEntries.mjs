import { readFileSync } from "node:fs";
import { inflateRawSync } from "node:zlib";

const END = 0x06054b50;

/** Names, sizes and contents of the files of a ZIP archive (without encryption, below 4 GB). */
export function zipEntries(path) {
  const bytes = readFileSync(path);
  let end = bytes.length - 22;
  while (bytes.readUInt32LE(end) !== END) end--;
  const entries = [];
  let at = bytes.readUInt32LE(end + 16);
  for (let i = 0; i < bytes.readUInt16LE(end + 10); i++) {
    const method = bytes.readUInt16LE(at + 10);
    const [packed, size] = [bytes.readUInt32LE(at + 20), bytes.readUInt32LE(at + 24)];
    const [nameLength, extra, comment] = [28, 30, 32].map((offset) => bytes.readUInt16LE(at + offset));
    const local = bytes.readUInt32LE(at + 42);
    const name = bytes.toString("utf8", at + 46, at + 46 + nameLength);
    const read = () => {
      const start = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
      const data = bytes.subarray(start, start + packed);
      return method === 0 ? data : inflateRawSync(data);
    };
    entries.push({ name, packed, size, read });
    at += 46 + nameLength + extra + comment;
  }
  return entries;
}
