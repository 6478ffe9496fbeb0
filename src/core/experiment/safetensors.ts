import { UserError } from "../errors";
import type { DataType, Shape, Tensor } from "../graph/tensor";
import { bytesOf, bytesPerElement, fromBytes } from "../graph/tensor";
import type { SafetensorsEntry } from "./safetensorsHeader";
import { parseSafetensorsHeader, safetensorsCodes } from "./safetensorsHeader";

/** Largest header that is read or written, in bytes. */
export const maxHeaderBytes = 1 << 20;

export interface SafetensorsFile {
  readonly tensors: Readonly<Record<string, Tensor>>;
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * The bytes that stand before the tensors' data, and the order in which the data follow: widest elements first, so that every
 * tensor is aligned for its type. Writers append `bytesOf` each tensor in that order.
 * @throws RangeError when names or metadata exceed the header's limit. The name `__proto__` is reserved.
 */
export function safetensorsHeader(
  tensors: Readonly<Record<string, Tensor>>,
  metadata: Readonly<Record<string, string>>,
): { header: Uint8Array; order: readonly Tensor[] } {
  const named = Object.entries(tensors).sort(([a, x], [b, y]) => {
    const widest = bytesPerElement(y.dtype) - bytesPerElement(x.dtype);
    return widest === 0 ? (a < b ? -1 : 1) : widest;
  });
  const entries: [string, unknown][] = [["__metadata__", metadata]];
  let offset = 0;
  for (const [name, { dtype, shape, data }] of named) {
    entries.push([name, { dtype: safetensorsCodes[dtype], shape, data_offsets: [offset, offset + data.byteLength] }]);
    offset += data.byteLength;
  }
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(entries)));
  const length = Math.ceil(json.length / 8) * 8;
  if (length > maxHeaderBytes) throw new RangeError(`A header of ${length} bytes exceeds ${maxHeaderBytes}.`);
  const header = new Uint8Array(8 + length).fill(0x20);
  new DataView(header.buffer).setBigUint64(0, BigInt(length), true);
  header.set(json, 8);
  return { header, order: named.map(([, tensor]) => tensor) };
}

/** Encodes tensors and string metadata as one safetensors file. */
export function encodeSafetensors(
  tensors: Readonly<Record<string, Tensor>>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const { header, order } = safetensorsHeader(tensors, metadata);
  const file = new Uint8Array(order.reduce((sum, { data }) => sum + data.byteLength, header.length));
  file.set(header);
  let offset = header.length;
  for (const tensor of order) {
    file.set(bytesOf(tensor), offset);
    offset += tensor.data.byteLength;
  }
  return file;
}

/**
 * Decodes a safetensors file, treating it as hostile: every offset is checked against the bytes that are there, the tensors
 * must cover the data exactly, and nothing is allocated that the file does not back. Tensors are views where alignment allows.
 * @throws UserError that names `path` when the file is damaged or of a kind that is not supported.
 */
export function decodeSafetensors(bytes: Uint8Array, path: string): SafetensorsFile {
  const refuse = (reason: string): never => {
    throw new UserError(`${path} is not a valid safetensors file: ${reason}; use an undamaged copy.`);
  };
  if (bytes.length < 8) return refuse(`it has ${bytes.length} bytes, fewer than the 8 of the length field`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = view.getBigUint64(0, true);
  if (length > BigInt(maxHeaderBytes)) return refuse(`its header claims ${length.toString()} bytes, more than 1 MiB`);
  const start = 8 + Number(length);
  if (start > bytes.length) return refuse("its header is cut off");
  const { entries, metadata } = parseSafetensorsHeader(bytes.subarray(8, start), bytes.length - start, refuse);
  const decode = ({ dtype, shape, begin, end }: SafetensorsEntry): Tensor =>
    fromBytes(dtype satisfies DataType, shape satisfies Shape, bytes.subarray(start + begin, start + end));
  return { tensors: Object.fromEntries(entries.map((entry) => [entry.name, decode(entry)])), metadata };
}
