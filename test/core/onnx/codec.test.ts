import fc from "fast-check";
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { UserError } from "../../../src/core/errors";
import { float, int, isExternal } from "../../../src/core/graph/graph";
import { OpBuilder } from "../../../src/core/graph/opBuilder";
import { type DataType, numbersOf, type Tensor, tensor } from "../../../src/core/graph/tensor";
import { appendOutputs } from "../../../src/core/onnx/appendOutputs";
import { decodeModel } from "../../../src/core/onnx/decodeModel";
import { findHiddenStates } from "../../../src/core/onnx/hiddenStates";
import { encodeModel } from "../../../src/core/onnx/encodeModel";
import { elementTypeNumber } from "../../../src/core/onnx/elementTypes";
import { byteSourceOf } from "../../../src/core/onnx/wire/byteSource";
import { encodeMessage } from "../../../src/core/onnx/wire/encodeMessage";
import { modelSchema, type TensorProto } from "../../../src/core/onnx/wire/onnxMessages";
import { fuzzOptions } from "../../support/fuzz";
import { runInOrt } from "../../support/ort";
import { emptyTensor, rawModel, type RawModelSpec } from "../../support/rawModel";

const x = tensor("float32", [2, 2], [1, 2, 3, 4]);

function affine(): RawModelSpec {
  return {
    opset: 17,
    nodes: [
      { opType: "MatMul", inputs: ["x", "w"], outputs: ["h"] },
      { opType: "Relu", inputs: ["h"], outputs: ["y"] },
    ],
    inputs: { x },
    outputs: ["y"],
    initializers: { w: tensor("float32", [2, 2], [1, -1, 0.5, 0.25]) },
  };
}

/** A file whose only initializer is given as it lies in protobuf. */
function withInitializer(proto: Partial<TensorProto>, dtype: DataType): Uint8Array {
  const shape = { dim: (proto.dims ?? []).map((dimValue) => ({ dimValue })) };
  return encodeMessage(modelSchema, {
    irVersion: 8,
    opsetImport: [{ version: 17 }],
    functions: [],
    graph: {
      node: [{ input: ["w"], output: ["y"], opType: "Identity", attribute: [] }],
      initializer: [{ ...emptyTensor, name: "w", dataType: elementTypeNumber(dtype), ...proto }],
      input: [],
      output: [{ name: "y", type: { tensorType: { elemType: elementTypeNumber(dtype), shape } } }],
      valueInfo: [],
      sparseInitializer: [],
    },
  });
}

/** Such a file with its tensor written out by hand, since the codec writes raw data only: it is merged by concatenation. */
function withTypedField(dtype: DataType, dims: readonly number[], field: readonly number[]): Uint8Array {
  const name = [0x42, 1, "w".charCodeAt(0)];
  const content = [...dims.flatMap((size) => [0x08, size]), 0x10, elementTypeNumber(dtype), ...name, ...field];
  const graph = [0x2a, content.length, ...content]; // GraphProto.initializer
  const model = rawModel({
    opset: 17,
    nodes: [{ opType: "Identity", inputs: ["w"], outputs: ["y"] }],
    inputs: {},
    outputs: ["y"],
  });
  return Uint8Array.from([...model, 0x3a, graph.length, ...graph]); // ModelProto.graph
}

function initializerOf(bytes: Uint8Array): Tensor {
  const value = decodeModel(bytes).graph.initializers.get("w");
  if (!value || isExternal(value)) throw new Error("no resident initializer");
  return value;
}

describe("decodeModel", () => {
  test("reads structure, types and producer", () => {
    const model = decodeModel(rawModel(affine()));
    expect(model).toMatchObject({ opset: 17, irVersion: 8, producer: "" });
    expect(model.graph.nodes.map(({ name, opType }) => [name, opType])).toEqual([
      ["node0", "MatMul"],
      ["node1", "Relu"],
    ]);
    expect(model.graph.types.get("h")).toEqual({ dtype: "float32", shape: undefined });
  });

  const forms: readonly [string, DataType, number[], readonly number[], readonly number[]][] = [
    ["packed floats", "float32", [2], [0x22, 8, 0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0], [1, -2]],
    ["single floats", "float32", [2], [0x25, 0, 0, 0x80, 0x3f, 0x25, 0, 0, 0, 0xc0], [1, -2]],
    ["packed int64, one negative", "int64", [2], [0x3a, 11, 5, ...Array<number>(9).fill(0xff), 1], [5, -1]],
    ["int32 for bool", "bool", [3], [0x2a, 3, 1, 0, 1], [1, 0, 1]],
    ["int32 for float16 bits", "float16", [1], [0x2a, 2, 0x80, 0x78], [0x3c00]],
    ["int32 for int8", "int8", [1], [0x28, ...Array<number>(9).fill(0xff), 1], [-1]],
    ["packed doubles", "float64", [1], [0x52, 8, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f], [1]],
    ["uint64 for uint32", "uint32", [1], [0x58, 0xff, 0xff, 0xff, 0xff, 0x0f], [4294967295]],
  ];
  for (const [note, dtype, dims, field, expected] of forms) {
    test(`reads typed fields: ${note}`, () => {
      const value = initializerOf(withTypedField(dtype, dims, field));
      expect(value.dtype).toBe(dtype);
      expect(numbersOf(value)).toEqual(expected);
    });
  }

  test("turns every form of Constant node into an initializer", () => {
    const nodes = [
      { opType: "Constant", inputs: [], outputs: ["a"], attributes: { value_float: float(1.5) } },
      { opType: "Constant", inputs: [], outputs: ["b"], attributes: { value_int: int(7) } },
      {
        opType: "Constant",
        inputs: [],
        outputs: ["c"],
        attributes: { value_ints: { kind: "ints", value: [1, 2 ** 63] } as const },
      },
      {
        opType: "Constant",
        inputs: [],
        outputs: ["d"],
        attributes: { value_floats: { kind: "floats", value: [1, 2] } as const },
      },
      { opType: "Constant", inputs: [], outputs: ["e"], attributes: { value: { kind: "tensor", value: x } as const } },
      { opType: "Relu", inputs: ["x"], outputs: ["y"] },
    ];
    const { graph } = decodeModel(rawModel({ ...affine(), nodes, initializers: {} }));
    expect(graph.nodes).toHaveLength(1);
    expect(graph.initializers.get("a")).toEqual(tensor("float32", [], [1.5]));
    expect(graph.initializers.get("b")).toEqual(tensor("int64", [], [7]));
    expect(graph.initializers.get("c")).toMatchObject({ data: BigInt64Array.of(1n, 2n ** 63n - 1n) });
    expect(graph.initializers.get("d")).toEqual(tensor("float32", [2], [1, 2]));
    expect(graph.initializers.get("e")).toEqual(x);
  });

  test("puts nodes in the order of their dependence", () => {
    const spec = affine();
    const { graph } = decodeModel(rawModel({ ...spec, nodes: spec.nodes.toReversed() }));
    expect(graph.nodes.map(({ opType }) => opType)).toEqual(["MatMul", "Relu"]);
  });

  test("drops initializers from the inputs of old files", () => {
    const spec = affine();
    const { graph } = decodeModel(rawModel({ ...spec, inputs: { ...spec.inputs, w: x } }));
    expect(graph.inputs.map(({ name }) => name)).toEqual(["x"]);
  });

  test("merges concatenated files, so that appended outputs can be run", async () => {
    const bytes = rawModel(affine());
    const extended = Uint8Array.from([...bytes, ...appendOutputs(["h"])]);
    expect(decodeModel(extended).graph.outputs.map(({ name }) => name)).toEqual(["y", "h"]);
    const results = await runInOrt(extended, { x });
    expect(results["h"]).toEqual(tensor("float32", [2, 2], [2, -0.5, 5, -2]));
    expect(results["y"]).toEqual(tensor("float32", [2, 2], [2, 0, 5, 0]));
  });
});

describe("encodeModel", () => {
  test("writes what decodeModel reads, with attributes, element types and free axes", () => {
    const g = new OpBuilder("roundtrip");
    const input = g.input("x", "float32", [2, 3]);
    const cast = g.cast(g.softmax(input, 0), "float16");
    g.output("y", g.gather(cast, g.ints([1, 0]), 0));
    const graph = { ...g.build(), inputs: [{ name: "x", dtype: "float32" as const, shape: ["batch", 3] }] };
    const decoded = decodeModel(encodeModel(graph)).graph;
    expect(decoded.nodes).toEqual(graph.nodes);
    expect(decoded.inputs).toEqual(graph.inputs);
    expect([...decoded.initializers]).toEqual([...graph.initializers]);
    expect(decoded.types.get(cast.name)?.dtype).toBe("float16");
  });

  test("is deterministic", () => {
    const { graph } = decodeModel(rawModel(affine()));
    expect(encodeModel(graph)).toEqual(encodeModel(graph));
  });

  test("keeps numbers at the edges of their types", () => {
    const values = tensor("int64", [2], [2n ** 63n - 1n, -(2n ** 63n)]);
    const { graph } = decodeModel(rawModel({ ...affine(), initializers: { w: values } }));
    expect(decodeModel(encodeModel(graph)).graph.initializers.get("w")).toEqual(values);
  });
});

describe("weights that stay in files", () => {
  const big = tensor(
    "float32",
    [256, 128],
    Array.from({ length: 256 * 128 }, (_, i) => i),
  );
  const bytes = rawModel({ ...affine(), initializers: { w: x, big } });

  test("large tensors of a file with a path become external, small ones are resident", () => {
    const { graph } = decodeModel(bytes, { path: "/models/a.onnx" });
    const external = graph.initializers.get("big");
    if (!external || !isExternal(external)) throw new Error("not external");
    const { path, offset, length } = external.location;
    expect([path, length]).toEqual(["/models/a.onnx", 256 * 128 * 4]);
    expect(new Float32Array(bytes.slice(offset, offset + length).buffer)).toEqual(big.data);
    expect(graph.initializers.get("w")).toEqual(x);
  });

  test("a source is read without its large payloads", () => {
    let read = 0;
    const source = {
      length: bytes.length,
      read: (at: number, size: number) => ((read += size), byteSourceOf(bytes).read(at, size)),
    };
    decodeModel(source, { path: "/models/a.onnx" });
    expect(read).toBeLessThan(70_000);
    expect(bytes.length).toBeGreaterThan(131_072);
  });

  test("are written as external data relative to a folder, and read again", () => {
    const { graph } = decodeModel(bytes, { path: "/models/a.onnx" });
    const encoded = encodeModel(graph);
    expect(encoded.length).toBeLessThan(1000);
    expect(decodeModel(encoded, { path: "/models/b.onnx" }).graph.initializers.get("big")).toEqual(
      graph.initializers.get("big"),
    );
    expect(() => encodeModel(graph, { externalFolder: "/other" })).toThrow(/lie outside the folder "\/other"/);
  });
});

describe("clear errors", () => {
  const external = (location: string): Uint8Array =>
    withInitializer({ dims: [2], dataLocation: 1, externalData: [{ key: "location", value: location }] }, "float32");

  const broken: readonly [string, () => Uint8Array, RegExp][] = [
    ["an empty file", () => new Uint8Array(), /holds no graph/],
    ["text", () => new TextEncoder().encode("not a model, just text"), /is not a readable ONNX file/],
    ["a truncated file", () => rawModel(affine()).subarray(0, 60), /truncated/],
    ["an old opset", () => rawModel({ ...affine(), opset: 6 }), /opset 6, older than 7/],
    [
      "an unknown operator",
      () => rawModel({ ...affine(), nodes: [{ opType: "Magic", inputs: ["x"], outputs: ["y"] }] }),
      /operator Magic \(node "node0"\) is not supported/,
    ],
    [
      "an operator of another domain",
      () =>
        rawModel({
          ...affine(),
          nodes: [{ opType: "Attention", domain: "com.microsoft", inputs: ["x"], outputs: ["y"] }],
        }),
      /operator Attention of domain "com.microsoft" \(node "node0"\)/,
    ],
    [
      "control flow",
      () => rawModel({ ...affine(), nodes: [{ opType: "If", inputs: ["x"], outputs: ["y"] }] }),
      /operator If \(node "node0"\) is not supported; export it with fixed input sizes/,
    ],
    [
      "a value that nothing computes",
      () => rawModel({ ...affine(), nodes: [{ opType: "Relu", inputs: ["z"], outputs: ["y"] }] }),
      /value "z" is used but never computed/,
    ],
    [
      "a cycle",
      () =>
        rawModel({
          ...affine(),
          nodes: [
            { opType: "Add", inputs: ["x", "y"], outputs: ["a"] },
            { opType: "Relu", inputs: ["a"], outputs: ["y"] },
          ],
        }),
      /depends on itself/,
    ],
    [
      "a value defined twice",
      () => rawModel({ ...affine(), nodes: [{ opType: "Relu", inputs: ["x"], outputs: ["w"] }], outputs: ["w"] }),
      /value "w" is defined twice/,
    ],
    [
      "batch norm in training mode",
      () =>
        rawModel({
          ...affine(),
          nodes: [
            {
              opType: "BatchNormalization",
              inputs: ["x", "w", "w", "w", "w"],
              outputs: ["y"],
              attributes: { training_mode: int(1) },
            },
          ],
        }),
      /in training mode; export the model in evaluation mode/,
    ],
    [
      "missing weights",
      () => withInitializer({ dims: [3], rawData: new Uint8Array(8) }, "float32"),
      /needs 12 bytes, but the file gives it 8/,
    ],
    [
      "a negative size",
      () => withInitializer({ dims: [-1], rawData: new Uint8Array(8) }, "float32"),
      /impossible shape \[-1\]/,
    ],
    ["a huge size", () => withInitializer({ dims: [2 ** 31, 2 ** 31] }, "float32"), /impossible shape/],
    [
      "text weights",
      () => withInitializer({ dims: [1], dataType: 8 }, "float32"),
      /element type string, which is not supported/,
    ],
    ["weights above the folder", () => external("../secret"), /only a plain file name beside the model is accepted/],
    ["weights in a folder", () => external("data/w.bin"), /only a plain file name/],
    ["weights at an absolute path", () => external("/etc/passwd"), /only a plain file name/],
    ["weights behind a backslash", () => external("..\\w.bin"), /only a plain file name/],
    ["weights beside a model without a place", () => external("w.bin"), /open the model by its path/],
  ];
  for (const [note, bytes, message] of broken) {
    test(note, () => {
      expect(() => decodeModel(bytes())).toThrow(message);
      expect(() => decodeModel(bytes())).toThrow(UserError);
    });
  }
});

describe("hostile bytes", () => {
  const originals = ["bert.torchscript", "gpt2.dynamo", "resnet.torchscript"].map(
    (name) => new Uint8Array(readFileSync(new URL(`../../golden/backbones/${name}.onnx`, import.meta.url))),
  );

  const mutated = fc
    .record({
      which: fc.nat(originals.length - 1),
      edits: fc.array(fc.record({ at: fc.nat(60_000), byte: fc.nat(255) }), { minLength: 1, maxLength: 5 }),
      cut: fc.option(fc.nat(60_000), { freq: 4, nil: undefined }),
    })
    .map(({ which, edits, cut }) => {
      const bytes = originals[which]!.slice();
      for (const { at, byte } of edits) bytes[at % bytes.length] = byte;
      return cut === undefined ? bytes : bytes.subarray(0, cut % bytes.length);
    });

  const decodesOrExplains = (bytes: Uint8Array, path?: { path: string }): void => {
    try {
      decodeModel(bytes, path);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      expect(error.message).toMatch(/^(The model|"\/m\.onnx").*\.$/s);
    }
  };

  test("mutated models decode or give one sentence", () => {
    fc.assert(
      fc.property(mutated, (bytes) => decodesOrExplains(bytes)),
      fuzzOptions(300),
    );
  });

  test("so do they with weights left in place", () => {
    fc.assert(
      fc.property(mutated, (bytes) => decodesOrExplains(bytes, { path: "/m.onnx" })),
      fuzzOptions(100),
    );
  });

  test("what still decodes can be searched for hidden states, or gives one sentence", () => {
    fc.assert(
      fc.property(mutated, (bytes) => {
        try {
          findHiddenStates(decodeModel(bytes).graph);
        } catch (error) {
          if (!(error instanceof UserError)) throw error;
        }
      }),
      fuzzOptions(200),
    );
  });

  test("so does noise", () => {
    const noise = fc.uint8Array({ maxLength: 300 });
    fc.assert(
      fc.property(noise, (bytes) => decodesOrExplains(bytes)),
      fuzzOptions(1000),
    );
  });

  test("every truncation of a model gives one sentence", () => {
    const [bytes] = originals as [Uint8Array];
    for (let length = 0; length < bytes.length; length += 101) {
      expect(() => decodeModel(bytes.subarray(0, length))).toThrow(UserError);
    }
  });
});
