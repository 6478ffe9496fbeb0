import { UserError } from "../errors";
import type { ExternalTensor, Initializer } from "../graph/graph";
import type { DataType, Tensor } from "../graph/tensor";
import { allocate, bytesPerElement, fromBytes, sizeOf } from "../graph/tensor";
import { elementTypeName, elementTypeOf } from "./elementTypes";
import { byteSourceOf } from "./wire/byteSource";
import type { NumberRange } from "./wire/messageSchema";
import type { TensorProto } from "./wire/onnxMessages";
import type { ByteRange } from "./wire/wireReader";
import { WireReader, wireType } from "./wire/wireReader";
import type { ByteSource } from "./wire/byteSource";

/** Weights up to this size are worth holding in memory: constants are folded and compared, and there are many small ones. */
const MAX_RESIDENT_BYTES = 1 << 16;

/** Where a tensor's bytes come from. */
export interface TensorOrigin {
  readonly source: ByteSource;
  /** Absolute path of the model file; undefined when the model exists in memory only. */
  readonly path: string | undefined;
  /** How error messages call the file. */
  readonly label: string;
}

/**
 * An initializer or tensor attribute. Large ones stay in the file when it has a path; those in memory are views of the
 * source's bytes where alignment allows.
 * @throws UserError when the element type is not supported or the data do not fill the shape.
 */
export function decodeTensor(proto: TensorProto, name: string, origin: TensorOrigin): Initializer {
  const dtype = elementTypeOf(proto.dataType ?? 0);
  if (!dtype)
    throw new UserError(
      `${origin.label}: tensor "${name}" has element type ${elementTypeName(proto.dataType ?? 0)}, which is not supported; export the model in float32 or float16.`,
    );
  const shape = proto.dims;
  const byteLength = sizeOf(shape) * bytesPerElement(dtype);
  if (shape.some((size) => size < 0) || !Number.isSafeInteger(byteLength))
    throw new UserError(`${origin.label}: tensor "${name}" has the impossible shape [${shape.join(", ")}].`);
  if (proto.dataLocation === 1) return externalTensor(proto, name, dtype, byteLength, origin);

  const raw = rawRange(proto, dtype, byteLength);
  if (!raw) return numbersTensor(proto, name, dtype, origin);
  if (raw.length !== byteLength) throw sizeMismatch(name, proto, raw.length, byteLength, origin);
  if (origin.path !== undefined && byteLength > MAX_RESIDENT_BYTES)
    return { dtype, shape, location: { path: origin.path, ...raw } };
  return fromBytes(dtype, shape, origin.source.read(raw.offset, raw.length));
}

/** A tensor that must be in memory, such as an attribute; external ones are refused. */
export function decodeResidentTensor(proto: TensorProto, name: string, origin: TensorOrigin): Tensor {
  const decoded = decodeTensor(proto, name, { ...origin, path: undefined });
  if ("location" in decoded) throw new UserError(`${origin.label}: tensor "${name}" must not be external data.`);
  return decoded;
}

/** The range that holds the elements little-endian and side by side, when there is such a one. */
function rawRange(proto: TensorProto, dtype: DataType, byteLength: number): ByteRange | undefined {
  if (proto.rawData && "offset" in proto.rawData) return proto.rawData;
  const typed = dtype === "float32" ? proto.floatData : dtype === "float64" ? proto.doubleData : [];
  const [only] = typed;
  if (typed.length === 1 && only?.wire === wireType.lengthDelimited)
    return { offset: only.offset, length: only.length };
  return byteLength === 0 ? { offset: 0, length: 0 } : undefined;
}

/** Elements from the typed fields; float16 and bool travel as int32, as do all narrow integers. */
function numbersTensor(proto: TensorProto, name: string, dtype: DataType, origin: TensorOrigin): Tensor {
  const count = sizeOf(proto.dims);
  const ranges = typedField(proto, dtype);
  const byteLength = ranges.reduce((sum, range) => sum + range.length, 0);
  // Every element takes at least one byte, so a false shape cannot make us allocate more than the file holds.
  if (count > byteLength) throw sizeMismatch(name, proto, byteLength, count, origin);
  const data = allocate(dtype, count) as unknown as (number | bigint)[];
  let filled = 0;
  for (const range of ranges) {
    const reader = new WireReader(byteSourceOf(origin.source.read(range.offset, range.length)));
    while (reader.position < range.length && filled <= count) {
      const value = readElement(reader, range, dtype);
      if (filled < count) data[filled] = value;
      filled++;
    }
  }
  if (filled !== count)
    throw new UserError(
      `${origin.label}: tensor "${name}" of shape [${proto.dims.join(", ")}] needs ${count} elements, but the file has ${filled > count ? "more" : filled}; export it again.`,
    );
  return { dtype, shape: proto.dims, data: data as unknown as Tensor["data"] };
}

function typedField(proto: TensorProto, dtype: DataType): readonly NumberRange[] {
  if (dtype === "float32") return proto.floatData;
  if (dtype === "float64") return proto.doubleData;
  if (dtype === "int64") return proto.int64Data;
  return dtype === "uint64" || dtype === "uint32" ? proto.uint64Data : proto.int32Data;
}

function readElement(reader: WireReader, range: NumberRange, dtype: DataType): number | bigint {
  if (dtype === "float32") return reader.float(range.length);
  if (dtype === "float64") return reader.double(range.length);
  return dtype === "int64" || dtype === "uint64" ? reader.bigint(range.length) : reader.int(range.length);
}

/** Weights in a file beside the model. The name must be plain, so that a hostile model cannot point anywhere else. */
function externalTensor(
  proto: TensorProto,
  name: string,
  dtype: DataType,
  byteLength: number,
  origin: TensorOrigin,
): ExternalTensor {
  const entries = new Map(proto.externalData.map(({ key, value }) => [key ?? "", value ?? ""]));
  const file = entries.get("location") ?? "";
  if (!/^[^/\\:\0]+$/.test(file) || file === "." || file === "..")
    throw new UserError(
      `${origin.label}: the weights of "${name}" are said to lie in "${file}"; only a plain file name beside the model is accepted, so save the model with its data file in one folder.`,
    );
  if (origin.path === undefined)
    throw new UserError(
      `${origin.label}: the weights of "${name}" lie in "${file}", which cannot be found for a model given as bytes; open the model by its path.`,
    );
  const offset = wholeNumber(entries.get("offset") ?? "0");
  const length = wholeNumber(entries.get("length") ?? String(byteLength));
  if (length !== byteLength) throw sizeMismatch(name, proto, length, byteLength, origin);
  if (!Number.isSafeInteger(offset + length))
    throw new UserError(`${origin.label}: the external weights of "${name}" have an invalid offset; save it again.`);
  const folder = origin.path.slice(0, 1 + Math.max(origin.path.lastIndexOf("/"), origin.path.lastIndexOf("\\")));
  return { dtype, shape: proto.dims, location: { path: folder + file, offset, length } };
}

function wholeNumber(text: string): number {
  return /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
}

function sizeMismatch(
  name: string,
  proto: TensorProto,
  got: number,
  expected: number,
  origin: TensorOrigin,
): UserError {
  return new UserError(
    `${origin.label}: tensor "${name}" of shape [${proto.dims.join(", ")}] needs ${expected} bytes, but the file gives it ${got}; export it again.`,
  );
}
