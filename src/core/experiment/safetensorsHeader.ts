import { z } from "zod";
import type { DataType, Shape } from "../graph/tensor";
import { bytesPerElement } from "../graph/tensor";
import { jsonStructure } from "./jsonStructure";

/** Element types by their code in the file. bfloat16 and the 8-bit floats have no counterpart here and are refused. */
export const safetensorsCodes = {
  float64: "F64",
  float32: "F32",
  float16: "F16",
  int64: "I64",
  int32: "I32",
  int16: "I16",
  int8: "I8",
  uint64: "U64",
  uint32: "U32",
  uint16: "U16",
  uint8: "U8",
  bool: "BOOL",
} as const satisfies Record<DataType, string>;

const dtypeOfCode = new Map(
  Object.entries(safetensorsCodes).map(([dtype, code]) => [code as string, dtype as DataType]),
);

const maxTensors = 4096;
const maxRank = 16;
const count = z.int().min(0);

const Entry = z.strictObject({
  dtype: z.string(),
  shape: z.array(count).max(maxRank),
  data_offsets: z.tuple([count, count]),
});
const Metadata = z.record(z.string(), z.string());

/** One tensor of the file; `begin` and `end` count bytes from the start of the data. */
export interface SafetensorsEntry {
  readonly name: string;
  readonly dtype: DataType;
  readonly shape: Shape;
  readonly begin: number;
  readonly end: number;
}

type Refuse = (reason: string) => never;

/** Parses and checks the JSON header of a file whose data section has `dataBytes` bytes; `refuse` is called on any fault. */
export function parseSafetensorsHeader(
  header: Uint8Array,
  dataBytes: number,
  refuse: Refuse,
): { entries: readonly SafetensorsEntry[]; metadata: Readonly<Record<string, string>> } {
  const fields = Object.entries(parseObject(header, refuse));
  const metadata = Metadata.safeParse(fields.find(([name]) => name === "__metadata__")?.[1] ?? {});
  if (!metadata.success) return refuse("its __metadata__ is not a map of strings");
  const tensors = fields.filter(([name]) => name !== "__metadata__");
  if (tensors.length > maxTensors) return refuse(`it holds ${tensors.length} tensors, more than ${maxTensors}`);
  const entries = tensors.map(([name, value]) => parseEntry(name, value, refuse));
  checkCoverage(entries, dataBytes, refuse);
  return { entries, metadata: metadata.data };
}

function parseObject(header: Uint8Array, refuse: Refuse): object {
  let value: unknown;
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(header);
    const { depth, duplicates, reserved } = jsonStructure(text);
    if (depth > 3) return refuse("its header is nested too deeply");
    if (duplicates[0] !== undefined) return refuse(`its header holds "${duplicates[0].key}" twice`);
    if (reserved[0] !== undefined) return refuse(`its header holds the reserved name "${reserved[0].key}"`);
    value = JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return refuse("its header is not JSON");
    throw error;
  }
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? value
    : refuse("its header is no object");
}

function parseEntry(name: string, value: unknown, refuse: Refuse): SafetensorsEntry {
  const parsed = Entry.safeParse(value);
  if (!parsed.success) return refuse(`the description of tensor "${name}" is malformed`);
  const { shape, data_offsets: offsets } = parsed.data;
  const [begin, end] = offsets;
  const dtype = dtypeOfCode.get(parsed.data.dtype);
  if (dtype === undefined) return refuse(`tensor "${name}" has the unsupported type ${parsed.data.dtype}`);
  const size = shape.reduce((product, extent) => product * BigInt(extent), BigInt(bytesPerElement(dtype)));
  if (begin > end || size !== BigInt(end - begin)) return refuse(`tensor "${name}" does not fill its bytes`);
  return { name, dtype, shape, begin, end };
}

/** The tensors must lie end to end: no byte unused, none used twice. Empty tensors may share an offset. */
function checkCoverage(entries: readonly SafetensorsEntry[], dataBytes: number, refuse: Refuse): void {
  let covered = 0;
  for (const { name, begin, end } of [...entries].sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin !== covered)
      refuse(`tensor "${name}" ${begin < covered ? "overlaps another" : "leaves a gap before it"}`);
    covered = end;
  }
  if (covered !== dataBytes) refuse(`it holds ${dataBytes} bytes of data where ${covered} are described`);
}
