import "@tensorflow/tfjs-backend-cpu";
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, test } from "vitest";
import { UserError } from "../../../../src/core/errors";
import { numbersOf } from "../../../../src/core/graph/tensor";
import { decodeWeights } from "../../../../src/core/onnx/tfjs/tfWeights";

const weights = [
  { name: "plain", shape: [2], dtype: "float32" as const },
  { name: "half", shape: [3], dtype: "float32" as const, quantization: { dtype: "float16" as const } },
  {
    name: "byte",
    shape: [2, 2],
    dtype: "float32" as const,
    quantization: { dtype: "uint8" as const, scale: 0.013, min: -1.3 },
  },
  {
    name: "word",
    shape: [2],
    dtype: "float32" as const,
    quantization: { dtype: "uint16" as const, scale: 1e-4, min: -2 },
  },
  {
    name: "whole",
    shape: [2],
    dtype: "int32" as const,
    quantization: { dtype: "uint8" as const, scale: 3.3, min: -100 },
  },
  { name: "flags", shape: [3], dtype: "bool" as const },
  { name: "counts", shape: [1], dtype: "int32" as const },
];

function stored(): Uint8Array {
  const bytes = new Uint8Array(8 + 6 + 4 + 4 + 2 + 3 + 4);
  const view = new DataView(bytes.buffer);
  view.setFloat32(0, 1.25, true);
  view.setFloat32(4, -7, true);
  [0x3c01, 0xfbff, 0x0003].forEach((half, index) => view.setUint16(8 + 2 * index, half, true));
  bytes.set([0, 1, 128, 255], 14);
  view.setUint16(18, 0, true);
  view.setUint16(20, 65535, true);
  bytes.set([0, 200], 22);
  bytes.set([1, 0, 1], 24);
  view.setInt32(27, -5, true);
  return bytes;
}

describe("weights of a TensorFlow.js model", () => {
  test("come out as TensorFlow.js itself decodes them, quantized or not, wherever the files are cut", () => {
    const bytes = stored();
    const expected = tf.io.decodeWeights(bytes.slice().buffer, weights);
    const shards = new Map([
      ["a", bytes.subarray(0, 11)],
      ["b", bytes.subarray(11)],
    ]);
    const actual = decodeWeights([{ paths: ["a", "b"], weights }], shards, "model.json");
    for (const { name, shape } of weights) {
      expect(actual.get(name)?.shape, name).toEqual(shape);
      expect(numbersOf(actual.get(name)!), name).toEqual([...expected[name]!.dataSync()]);
    }
  });

  test("that are missing or cut short are the user's to mend", () => {
    const bytes = stored();
    const decode = (shards: Map<string, Uint8Array>) => () =>
      decodeWeights([{ paths: ["a"], weights }], shards, "m.json");
    expect(decode(new Map())).toThrow(
      new UserError("m.json needs the weight file a, which is missing; put it beside it."),
    );
    expect(decode(new Map([["a", bytes.subarray(0, 20)]]))).toThrow(/m\.json.*20 bytes, too few for weight "word"/);
  });
});
