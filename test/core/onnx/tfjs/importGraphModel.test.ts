import { describe, expect, test } from "vitest";
import { UserError } from "../../../../src/core/errors";
import { interpret } from "../../../../src/core/graph/interpret";
import { numbersOf, type Tensor, tensor } from "../../../../src/core/graph/tensor";
import { importGraphModel, type TfjsImportOptions } from "../../../../src/core/onnx/tfjs/importGraphModel";
import { decodeTfjsModel, type TfjsModel } from "../../../../src/core/onnx/tfjs/tfjsModel";
import type { TfjsNodeJson } from "../../../support/tfjsOriginal";
import { b, is, ramp, s, smallModel } from "./smallModel";

function model(x: Tensor, constants: Readonly<Record<string, Tensor>>, nodes: readonly TfjsNodeJson[]): TfjsModel {
  const { json, weights } = smallModel({ x }, constants, nodes);
  return decodeTfjsModel(json, new Map([["shard", new Uint8Array(weights)]]), "small/model.json");
}

const importing = (source: TfjsModel, x: Tensor, options: Partial<TfjsImportOptions>) =>
  importGraphModel(source, { name: "small", inputs: { x }, outputs: ["y"], ...options });

const conv = { strides: is(1, 1, 1, 1), padding: s("SAME"), data_format: s("NHWC") };

describe("importGraphModel", () => {
  test("keeps a chain of image operators free of transposes and names values after the original nodes", () => {
    const x = ramp([1, 4, 4, 2]);
    const source = model(x, { kernel: ramp([3, 3, 2, 5]), bias: ramp([5]), axes: tensor("int32", [2], [1, 2]) }, [
      { name: "features/conv", op: "Conv2D", input: ["x", "kernel"], attr: conv },
      { name: "features/bias", op: "BiasAdd", input: ["features/conv", "bias"] },
      { name: "features/relu", op: "Relu", input: ["features/bias", "^x"] },
      { name: "y", op: "Mean", input: ["features/relu", "axes"], attr: { keep_dims: b(false) } },
    ]);
    const graph = importing(source, x, { names: { "features/relu": "stage1" } });
    expect(graph.nodes.map(({ opType, outputs }) => `${opType} ${outputs[0]!}`)).toEqual([
      expect.stringMatching(/^Transpose /),
      "Conv features/conv",
      "Add features/bias",
      "Relu stage1",
      "ReduceMean y",
    ]);
    expect(graph.types.get("stage1")?.shape).toEqual([1, 5, 4, 4]);
    expect([...graph.initializers.keys()]).toContain("kernel/OIHW");
    expect(graph.outputs).toEqual([{ name: "y", dtype: "float32", shape: [1, 5] }]);
  });

  test("leaves out rows of padding where the original packs the others", () => {
    const x = tensor("float32", [2, 3, 2], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    const first = { begin: tensor("int32", [3], [0, 0, 0]), end: tensor("int32", [3], [0, 0, 1]) };
    const source = model(
      x,
      {
        ...first,
        one: tensor("int32", [3], [1, 1, 1]),
        limit: tensor("float32", [], [4]),
        five: tensor("float32", [], [5]),
      },
      [
        { name: "column", op: "StridedSlice", input: ["x", "begin", "end", "one"], attr: strided },
        { name: "mask", op: "Greater", input: ["column", "limit"] },
        { name: "rows", op: "Where", input: ["mask"] },
        { name: "packed", op: "GatherNd", input: ["x", "rows"] },
        { name: "shifted", op: "Add", input: ["packed", "five"] },
        { name: "shape", op: "Shape", input: ["x"] },
        { name: "y", op: "ScatterNd", input: ["rows", "shifted", "shape"] },
      ],
    );
    const graph = importing(source, x, {});
    expect(numbersOf(interpret(graph, { x })["y"]!)).toEqual([0, 0, 0, 0, 10, 11, 12, 13, 14, 15, 16, 17]);
    expect(() => importing(source, x, { outputs: ["shifted"] })).toThrow(/"shifted" has rows left out/);
  });

  test("names the node whose operator it does not know", () => {
    const x = ramp([2]);
    const source = model(x, {}, [{ name: "y", op: "Unicorn", input: ["x"] }]);
    expect(() => importing(source, x, {})).toThrow(UserError);
    expect(() => importing(source, x, {})).toThrow('small/model.json: node "y" uses the operator Unicorn');
  });

  test("says which output the graph does not have", () => {
    const x = ramp([2]);
    expect(() => importing(model(x, {}, []), x, { outputs: ["z"] })).toThrow(
      'small/model.json: the graph has no node "z".',
    );
  });

  test("refuses a file that is no graph model", () => {
    expect(() => decodeTfjsModel({ modelTopology: { layers: [] } }, new Map(), "layers.json")).toThrow(
      /^layers\.json is not a TensorFlow\.js graph model: modelTopology\.node/,
    );
  });
});

const strided = { begin_mask: { i: "3" }, end_mask: { i: "3" }, shrink_axis_mask: { i: "4" } };
