import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { UserError } from "../../../src/core/errors";
import { decodeSafetensors, encodeSafetensors } from "../../../src/core/experiment/safetensors";
import type { DataType, Tensor } from "../../../src/core/graph/tensor";
import { bytesOf, fromBytes, sizeOf, bytesPerElement, tensor } from "../../../src/core/graph/tensor";
import { fuzzOptions } from "../../support/fuzz";

const types: readonly DataType[] = [
  ...(["float32", "float64", "float16", "int64", "int32", "int16"] as const),
  ...(["int8", "uint64", "uint32", "uint16", "uint8", "bool"] as const),
];

const anyTensor: fc.Arbitrary<Tensor> = fc
  .record({ dtype: fc.constantFrom(...types), shape: fc.array(fc.nat(3), { maxLength: 3 }), fill: fc.nat(255) })
  .map(({ dtype, shape, fill }) =>
    fromBytes(dtype, shape, new Uint8Array(sizeOf(shape) * bytesPerElement(dtype)).fill(fill)),
  );
const anyName = fc
  .string({ minLength: 1, maxLength: 12, unit: "grapheme" })
  .filter((name) => name !== "__metadata__" && name !== "__proto__");

/** A file from header text and data bytes; `length` overrides the length field. */
function file(header: string, data: Uint8Array = new Uint8Array(), length?: bigint): Uint8Array {
  const json = new TextEncoder().encode(header);
  const bytes = new Uint8Array(8 + json.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, length ?? BigInt(json.length), true);
  bytes.set(json, 8);
  bytes.set(data, 8 + json.length);
  return bytes;
}

test("writes the format byte for byte", () => {
  const bytes = encodeSafetensors({ b: tensor("uint8", [2], [7, 8]), a: tensor("float32", [1], [1]) }, { k: "v" });
  const header =
    '{"__metadata__":{"k":"v"},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},' +
    '"b":{"dtype":"U8","shape":[2],"data_offsets":[4,6]}}';
  const padded = header.padEnd(Math.ceil(header.length / 8) * 8, " ");
  expect(Buffer.from(bytes)).toEqual(Buffer.from(file(padded, Uint8Array.of(0, 0, 0x80, 0x3f, 7, 8))));
});

test("reads back what it wrote, whatever the names, types and shapes", () => {
  const metadata = fc.dictionary(anyName, fc.string());
  fc.assert(
    fc.property(fc.dictionary(anyName, anyTensor, { maxKeys: 6 }), metadata, (tensors, strings) => {
      const decoded = decodeSafetensors(encodeSafetensors(tensors, strings), "f");
      expect(Object.keys(decoded.tensors).sort()).toEqual(Object.keys(tensors).sort());
      for (const [name, { dtype, shape, data }] of Object.entries(tensors)) {
        const read = decoded.tensors[name]!;
        expect([read.dtype, read.shape]).toEqual([dtype, shape]);
        expect(Buffer.from(bytesOf(read))).toEqual(Buffer.from(bytesOf({ dtype, shape, data })));
      }
      expect({ ...decoded.metadata }).toEqual({ ...strings });
    }),
    fuzzOptions(500),
  );
});

test("tensors are views of the file, without a copy", () => {
  const bytes = encodeSafetensors({ a: tensor("uint8", [1], [1]), w: tensor("float64", [2], [1, 2]) });
  const { tensors } = decodeSafetensors(bytes, "f");
  expect(Object.values(tensors).map(({ data }) => data.buffer === bytes.buffer)).toEqual([true, true]);
});

describe("refuses hostile files with one sentence", () => {
  const f32 = (shape: string, offsets: string): string => `{"dtype":"F32","shape":${shape},"data_offsets":${offsets}}`;
  const four = new Uint8Array(4);
  const cases: Readonly<Record<string, [Uint8Array, RegExp]>> = {
    "no length field": [new Uint8Array(7), /has 7 bytes/],
    "a header length beyond the limit": [file("{}", four, 1n << 40n), /claims 1099511627776 bytes/],
    "a header length of 2^64 - 1": [file("{}", four, (1n << 64n) - 1n), /claims 18446744073709551615 bytes/],
    "a header length beyond the file": [file("{}", four, 100n), /cut off/],
    "an empty header": [file(""), /not JSON/],
    "text after the object": [file("{}x"), /not JSON/],
    comments: [file("{/* */}"), /not JSON/],
    "bytes that are no UTF-8": [file("").fill(0xff, 8), /./],
    "a list": [file("[]"), /no object/],
    "deep nesting": [file(`{"a":${"[".repeat(5000)}`), /too deeply/],
    "a name twice": [file(`{"a":${f32("[1]", "[0,4]")},"a":${f32("[1]", "[0,4]")}}`, four), /holds "a" twice/],
    "a key twice within a tensor": [
      file(`{"a":{"dtype":"F32","dtype":"I32","shape":[1],"data_offsets":[0,4]}}`, four),
      /"dtype" twice/,
    ],
    "offsets beyond the data": [file(`{"a":${f32("[2]", "[0,8]")}}`, four), /4 bytes of data where 8 are described/],
    "offsets in reverse": [file(`{"a":${f32("[1]", "[4,0]")}}`, four), /does not fill/],
    "overlapping tensors": [file(`{"a":${f32("[1]", "[0,4]")},"b":${f32("[1]", "[0,4]")}}`, four), /overlaps/],
    "a gap": [file(`{"a":${f32("[1]", "[4,8]")}}`, new Uint8Array(8)), /leaves a gap/],
    "unused bytes at the end": [file(`{"a":${f32("[1]", "[0,4]")}}`, new Uint8Array(5)), /5 bytes of data where 4/],
    "a shape that does not fill its bytes": [file(`{"a":${f32("[2]", "[0,4]")}}`, four), /does not fill/],
    "a shape that overflows": [file(`{"a":${f32("[4294967296,4294967296,4294967296]", "[0,0]")}}`), /does not fill/],
    "a product that wraps to 4 in 64 bits": [file(`{"a":${f32("[4611686018427387905]", "[0,4]")}}`, four), /malformed/],
    "a negative size": [file(`{"a":${f32("[-1]", "[0,4]")}}`, four), /malformed/],
    "a fractional offset": [file(`{"a":${f32("[1]", "[0,4.5]")}}`, four), /malformed/],
    "an unknown type": [file(`{"a":{"dtype":"BF16","shape":[2],"data_offsets":[0,4]}}`, four), /unsupported type BF16/],
    "an unknown key": [file(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"x":1}}`, four), /malformed/],
    "metadata that are no texts": [file('{"__metadata__":{"a":1}}'), /not a map of strings/],
    "a reserved name": [file(`{"__proto__":${f32("[1]", "[0,4]")}}`, four), /reserved name "__proto__"/],
    "a reserved name in the metadata": [file('{"__metadata__":{"__proto__":"a"}}'), /reserved name "__proto__"/],
    "too many tensors": [
      file(`{${Array.from({ length: 4097 }, (_, i) => `"${i}":${f32("[0]", "[0,0]")}`).join(",")}}`),
      /4097 tensors/,
    ],
  };
  test.each(Object.entries(cases))("%s", (_, [bytes, reason]) => {
    expect(() => decodeSafetensors(bytes, "weights.safetensors")).toThrow(UserError);
    expect(() => decodeSafetensors(bytes, "weights.safetensors")).toThrow(
      /^weights\.safetensors is not a valid safetensors file: /,
    );
    expect(() => decodeSafetensors(bytes, "weights.safetensors")).toThrow(reason);
  });

  test("but lets empty tensors share an offset", () => {
    const { tensors } = decodeSafetensors(
      file(`{"a":${f32("[0]", "[0,0]")},"b":${f32("[1]", "[0,4]")},"c":${f32("[0,3]", "[4,4]")}}`, four),
      "f",
    );
    expect(Object.values(tensors).map(({ shape }) => shape)).toEqual([[0], [1], [0, 3]]);
  });
});

/** Decodes or refuses; anything but a UserError is a bug. */
function expectSound(bytes: Uint8Array): void {
  try {
    const { tensors } = decodeSafetensors(bytes, "f");
    const held = Object.values(tensors).reduce((sum, { data }) => sum + data.byteLength, 0);
    expect(held).toBeLessThanOrEqual(bytes.length);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
  }
}

test("fuzz: any bytes behind any length field", () => {
  const input = fc.tuple(fc.uint8Array({ maxLength: 200 }), fc.option(fc.nat(250)));
  fc.assert(
    fc.property(input, ([bytes, length]) => {
      if (length !== null && bytes.length >= 8)
        new DataView(bytes.buffer, bytes.byteOffset).setBigUint64(0, BigInt(length), true);
      expectSound(bytes);
    }),
    fuzzOptions(20_000),
  );
});

test("fuzz: a valid file with bytes changed, cut and added", () => {
  const valid = encodeSafetensors(
    { w: tensor("float32", [2, 2], [1, 2, 3, 4]), b: tensor("int64", [1], [5n]) },
    { step: "3" },
  );
  const change = fc.record({
    at: fc.nat(valid.length - 1),
    value: fc.oneof(fc.nat(255), fc.constantFrom(...Buffer.from('0123456789[]{},:"-e'))),
  });
  const input = fc.tuple(fc.array(change, { maxLength: 4 }), fc.nat(valid.length + 4));
  fc.assert(
    fc.property(input, ([changes, length]) => {
      const bytes = new Uint8Array(Math.max(length, 8));
      bytes.set(valid.subarray(0, bytes.length));
      for (const { at, value } of changes) if (at < bytes.length) bytes[at] = value;
      expectSound(bytes);
    }),
    fuzzOptions(20_000),
  );
});
