import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { UserError } from "../../../src/core/errors";
import type { Attributes, Graph, GraphNode, Initializer, NamedValue, ValueType } from "../../../src/core/graph/graph";
import { int, ints } from "../../../src/core/graph/graph";
import { interpret } from "../../../src/core/graph/interpret";
import { OpBuilder } from "../../../src/core/graph/opBuilder";
import type { OpType } from "../../../src/core/graph/opType";
import { specialize } from "../../../src/core/graph/specialize";
import type { Shape, Tensor } from "../../../src/core/graph/tensor";
import { numbersOf, sizeOf, tensor, zeros } from "../../../src/core/graph/tensor";
import { decodeModel } from "../../../src/core/onnx/decodeModel";
import { encodeModel } from "../../../src/core/onnx/encodeModel";
import { expectTensor } from "../../support/expectTensor";
import { runInOrt } from "../../support/ort";

type Line = readonly [output: string, opType: OpType, inputs: readonly string[], attributes?: Attributes];

/** A graph as the decoder gives it: no shapes but those of inputs and initializers. */
function decoded(
  inputs: readonly NamedValue[],
  initializers: Readonly<Record<string, Initializer>>,
  lines: readonly Line[],
  outputs: readonly string[],
): Graph {
  const nodes = lines.map(([output, opType, names, attributes = {}]): GraphNode => {
    return { name: `node/${output}`, opType, domain: "", inputs: names, outputs: [output], attributes };
  });
  const unknown: ValueType = { dtype: "float32" };
  const types = new Map<string, ValueType>(nodes.map((node) => [node.outputs[0]!, unknown]));
  for (const input of inputs) types.set(input.name, input);
  const named = outputs.map((name): NamedValue => ({ name, dtype: "float32" }));
  return { name: "decoded", inputs, outputs: named, nodes, initializers: new Map(Object.entries(initializers)), types };
}

const int64 = (...values: number[]) => tensor("int64", [values.length], values);
const scalar64 = (value: number) => tensor("int64", [], [value]);
const x: NamedValue = { name: "x", dtype: "float32", shape: ["batch", "sequence", 8] };
const opTypesOf = (graph: Graph): string[] => graph.nodes.map(({ opType }) => opType);

/** Splits x [b, s, 8] into two heads, the way exporters of dynamic shapes write it. */
const splitHeads = decoded(
  [x],
  { zero: scalar64(0), one: scalar64(1), axis: int64(0), heads: int64(2), free: int64(-1) },
  [
    ["shape", "Shape", ["x"]],
    ["batch", "Gather", ["shape", "zero"]],
    ["sequence", "Gather", ["shape", "one"]],
    ["batch1", "Unsqueeze", ["batch", "axis"]],
    ["sequence1", "Unsqueeze", ["sequence", "axis"]],
    ["target", "Concat", ["batch1", "sequence1", "heads", "free"], { axis: int(0) }],
    ["split", "Reshape", ["x", "target"]],
    ["y", "Transpose", ["split"], { perm: ints([0, 2, 1, 3]) }],
  ],
  ["y"],
);

/** A causal mask of the input's length added to scores of zeros, [b, s, s]. */
const causalMask = decoded(
  [x],
  {
    one: scalar64(1), two: scalar64(2), axis: int64(0), minus: tensor("float32", [], [-1e4]), free: int64(-1),
    ones: int64(1, 1, 1), any2: int64(-1, -1), any: int64(-1, -1, -1),
  },
  [
    ["length", "Shape", ["x"], { start: int(1), end: int(2) }],
    ["batch", "Shape", ["x"], { start: int(0), end: int(1) }],
    ["square", "Concat", ["length", "length"], { axis: int(0) }],
    ["filled", "ConstantOfShape", ["square"], { value: { kind: "tensor", value: tensor("float32", [1], [1]) } }],
    ["triangle", "Trilu", ["filled", "one"]],
    ["mask", "Mul", ["triangle", "minus"]],
    ["mask1", "Unsqueeze", ["mask", "axis"]],
    ["wanted", "Concat", ["batch", "any2"], { axis: int(0) }],
    ["isAny", "Equal", ["wanted", "any"]],
    ["target", "Where", ["isAny", "ones", "wanted"]],
    ["expanded", "Expand", ["mask1", "target"]],
    ["sums", "ReduceSum", ["x", "free"], { keepdims: int(1) }],
    ["y", "Add", ["sums", "expanded"]],
  ],
  ["y"],
); // prettier-ignore
describe("shape arithmetic", () => {
  test("that splits heads leaves only a reshape with a constant target", () => {
    const fixed = specialize(splitHeads, { x: [2, 3, 8] });
    expect(opTypesOf(fixed)).toEqual(["Reshape", "Transpose"]);
    expect(fixed.types.get("split")).toEqual({ dtype: "float32", shape: [2, 3, 2, 4] });
    expect(fixed.outputs).toEqual([{ name: "y", dtype: "float32", shape: [2, 2, 3, 4] }]);
    expect([...fixed.initializers.keys()]).toEqual(["target"]);
  });

  test("that makes a causal mask leaves only the mask", () => {
    const fixed = specialize(causalMask, { x: [2, 3, 8] });
    expect(opTypesOf(fixed)).toEqual(["ReduceSum", "Add"]);
    const row = [0, -1e4, -1e4, 0, 0, -1e4, 0, 0, 0];
    expectTensor(fixed.initializers.get("expanded") as Tensor, tensor("float32", [2, 3, 3], [...row, ...row]), 0);
  });

  test("does not change the result at any size", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 5 }), (batch, sequence) => {
        const shape: Shape = [batch, sequence, 8];
        const feeds = {
          x: tensor(
            "float32",
            shape,
            Float32Array.from({ length: sizeOf(shape) }, (_, i) => i % 7),
          ),
        };
        for (const graph of [splitHeads, causalMask])
          expectTensor(interpret(specialize(graph, { x: shape }), feeds)["y"], interpret(graph, feeds)["y"], 0);
      }),
      { numRuns: 20 },
    );
  });

  test("that reaches an output stays a node", () => {
    const graph = decoded([x], {}, [["shape", "Shape", ["x"]]], ["shape"]);
    const fixed = specialize(graph, { x: [2, 3, 8] });
    expect(opTypesOf(fixed)).toEqual(["Shape"]);
    expect(fixed.outputs).toEqual([{ name: "shape", dtype: "int64", shape: [3] }]);
  });
});

describe("weights", () => {
  const embedding: Initializer = {
    dtype: "float32",
    shape: [100, 8],
    location: { path: "/w.bin", offset: 0, length: 3200 },
  };

  test("in files are not read: what they take part in stays", () => {
    const graph = decoded(
      [x],
      { embedding, start: scalar64(0), step: scalar64(1), one: int64(1) },
      [
        ["length", "Shape", ["x"], { start: int(1), end: int(2) }],
        ["end", "Squeeze", ["length"]],
        ["positions", "Range", ["start", "end", "step"]],
        ["embedded", "Gather", ["embedding", "positions"]],
        ["y", "Add", ["x", "embedded"]],
      ],
      ["y"],
    );
    const fixed = specialize(graph, { x: [1, 5, 8] });
    expect(opTypesOf(fixed)).toEqual(["Gather", "Add"]);
    expect(fixed.initializers.get("embedding")).toBe(embedding);
    expect(fixed.initializers.get("positions")).toEqual(int64(0, 1, 2, 3, 4));
  });

  test("in memory keep their names and places", () => {
    const lines: Line[] = [
      ["turned", "Transpose", ["weight"]],
      ["y", "MatMul", ["x", "turned"]],
    ];
    const weight = zeros("float32", [4, 8]);
    const fixed = specialize(decoded([x], { weight }, lines, ["y"]), { x: [1, 2, 8] });
    expect(opTypesOf(fixed)).toEqual(["Transpose", "MatMul"]);
    expect(fixed.initializers.get("weight")).toBe(weight);
  });
});

test("a constant repeated to a large size stays computed, and what follows from it is still known", () => {
  const graph = decoded(
    [x],
    { value: tensor("float32", [], [2]), size: int64(512, 512), one: scalar64(0) },
    [
      ["large", "Expand", ["value", "size"]],
      ["maximum", "ReduceMax", ["large"], { keepdims: int(0) }],
      ["length", "Cast", ["maximum"], { to: { kind: "string", value: "int64" } }],
      ["index", "Gather", ["x", "length"], { axis: int(2) }],
      ["total", "ReduceSum", ["index"], { keepdims: int(0) }],
      ["sum", "Add", ["large", "total"]],
    ],
    ["sum"],
  );
  const fixed = specialize(graph, { x: [1, 1, 8] });
  expect(opTypesOf(fixed)).toEqual(["Expand", "Gather", "ReduceSum", "Add"]);
  expect(fixed.initializers.get("length")).toEqual(scalar64(2));
});

describe("mistakes are told in one sentence", () => {
  const attempt = (graph: Graph, shapes: Record<string, Shape>) => () => specialize(graph, shapes);

  test("a size that is not given", () => {
    expect(attempt(splitHeads, {})).toThrow(
      new UserError('Input "x" of the model is [batch, sequence, 8]; give the size of each of its axes.'),
    );
  });

  test("a size that does not fit", () => {
    expect(attempt(splitHeads, { x: [2, 3, 9] })).toThrow(
      new UserError('Input "x" of the model is [batch, sequence, 8]; a tensor of [2, 3, 9] does not fit.'),
    );
  });

  test("an input that does not exist", () => {
    expect(attempt(splitHeads, { x: [2, 3, 8], z: [1] })).toThrow('The model has no input "z"; its inputs are "x".');
  });

  test("a shape that depends on data", () => {
    const graph = decoded(
      [x, { name: "target", dtype: "int64", shape: [2] }],
      {},
      [["y", "Reshape", ["x", "target"]]],
      ["y"],
    );
    expect(attempt(graph, { x: [2, 3, 8] })).toThrow(
      new UserError(
        'Node "node/y" (Reshape) of the model has a shape that depends on data: Reshape expects shape (input 1) known while ' +
          'the graph is built; got computed int64[2], with inputs of "x" [2, 3, 8], "target" [2]; export the model with ' +
          "fixed input sizes, or without this operation.",
      ),
    );
  });

  test("sizes that do not fit the weights", () => {
    const graph = decoded(
      [{ name: "x", dtype: "float32", shape: ["n", "m"] }],
      { w: zeros("float32", [4, 3]) },
      [["y", "MatMul", ["x", "w"]]],
      ["y"],
    );
    expect(attempt(graph, { x: [2, 5] })).toThrow(
      new UserError(
        'Node "node/y" (MatMul) of the model does not work with inputs of "x" [2, 5]: MatMul expects A\'s last size to ' +
          "equal B's last but one; got float32[2, 5] and float32[4, 3]; choose other input sizes.",
      ),
    );
  });
});

test("an exported BERT keeps no shape arithmetic and its outputs, also when composed into another graph", async () => {
  const bytes = new Uint8Array(readFileSync(new URL("../../golden/grad-bert.onnx", import.meta.url)));
  const { graph } = decodeModel(bytes);
  const fixed = specialize(graph, {});
  const shapeOperators = ["Shape", "ConstantOfShape", "Equal", "Concat"];
  for (const opType of shapeOperators) expect(opTypesOf(graph)).toContain(opType);
  expect(opTypesOf(fixed).filter((opType) => shapeOperators.includes(opType))).toEqual([]);
  for (const { outputs } of fixed.nodes)
    for (const name of outputs) expect(fixed.types.get(name)?.shape?.every(Number.isInteger)).toBe(true);
  const weightsOf = ({ initializers }: Graph): string[] =>
    [...initializers].flatMap(([name, { dtype, shape }]) => (dtype === "float32" && sizeOf(shape) > 8 ? [name] : []));
  expect(weightsOf(fixed)).toEqual(weightsOf(graph));

  const feeds = {
    input_ids: tensor("int64", [2, 6], [2, 5, 9, 14, 7, 3, 2, 8, 30, 3, 0, 0]),
    attention_mask: tensor("int64", [2, 6], [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0]),
  };
  const original = await runInOrt(bytes, feeds);
  const specialized = await runInOrt(encodeModel(fixed), feeds);
  const interpreted = interpret(fixed, feeds);
  for (const { name } of fixed.outputs) {
    expect(numbersOf(specialized[name]!).length).toBeGreaterThan(0);
    expectTensor(specialized[name], original[name], 0);
    expectTensor(interpreted[name], original[name], 1e-5);
  }

  const g = new OpBuilder("composed");
  const bindings = Object.fromEntries(fixed.inputs.map(({ name }) => [name, g.input(name, "int64", [2, 6])]));
  const copied = g.inline(fixed, bindings, "backbone");
  const [first] = fixed.outputs;
  g.output("y", copied.get(first!.name)!);
  expectTensor(interpret(g.build(), feeds)["y"], interpreted[first!.name], 0);
});
