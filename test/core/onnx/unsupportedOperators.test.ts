import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { UserError } from "../../../src/core/errors";
import { zeros } from "../../../src/core/graph/tensor";
import { decodeModel } from "../../../src/core/onnx/decodeModel";
import { findHiddenStates } from "../../../src/core/onnx/hiddenStates";
import { reportModel } from "../../../src/core/onnx/report/reportModel";
import { keepOutputs, resolveTaps, resolveValues } from "../../../src/core/onnx/resolveTaps";
import { buildTapGraph } from "../../../src/core/onnx/tapGraph";
import { rawModel, type RawNodeSpec } from "../../support/rawModel";

const node = (opType: string, input: string, output: string, domain = ""): RawNodeSpec => ({
  opType,
  domain,
  inputs: [input],
  outputs: [output],
});

const model = (nodes: readonly RawNodeSpec[], outputs: readonly string[]) =>
  decodeModel(rawModel({ opset: 17, nodes, outputs, inputs: { x: zeros("float32", [2, 3]) } }));

const withHead = () =>
  model([node("Relu", "x", "h"), node("Sqrt", "h", "i"), node("Magic", "i", "m"), node("Relu", "m", "y")], ["y"]).graph;

describe("a node that is not supported", () => {
  test("is left out with what depends on it; the graph ends in front of it", () => {
    const graph = withHead();
    expect(graph.nodes.map(({ opType }) => opType)).toEqual(["Relu", "Sqrt"]);
    expect(graph.outputs.map(({ name }) => name)).toEqual(["i"]);
    expect(graph.missing?.keepsOutput).toBe(false);
    expect([...(graph.missing?.reasonOf.keys() ?? [])]).toEqual(["m", "y"]);
  });

  test("does not keep values before it from being tapped", () => {
    const graph = withHead();
    expect(resolveTaps(graph, ["h"], "a.onnx")).toEqual(["h"]);
    expect(keepOutputs(graph, ["h"]).nodes).toHaveLength(1);
  });

  test("is named with its operator where a tap needs it", () => {
    const needed = /operator Magic \(node "node2"\) is not supported.* The value "y" depends on it\./;
    expect(() => resolveTaps(withHead(), ["y"], "a.onnx")).toThrow(needed);
    expect(() => resolveTaps(withHead(), ["y"], "a.onnx")).toThrow(UserError);
    expect(() => resolveValues(withHead(), ["y"], "a.onnx")).toThrow(needed);
  });

  test("is named where all hidden states are wanted and no output is left to say what all are", () => {
    const sentence = /operator Magic \(node "node2"\).* list the values to tap by name under "hiddenStates"\./;
    expect(() => resolveTaps(withHead(), undefined, "a.onnx")).toThrow(sentence);
    expect(() => resolveTaps(withHead(), [0], "a.onnx")).toThrow(sentence);
  });

  test("beside another output leaves that one", () => {
    const { graph } = model([node("Relu", "x", "y"), node("If", "y", "z")], ["y", "z"]);
    expect(graph.outputs.map(({ name }) => name)).toEqual(["y"]);
    expect(graph.missing?.keepsOutput).toBe(true);
  });

  test("is an error where nothing is left", () => {
    expect(() => model([node("Magic", "x", "y")], ["y"])).toThrow(/operator Magic \(node "node0"\) is not supported/);
  });

  test.each([
    ["constructor", ""],
    ["toString", "com.microsoft"],
    ["__proto__", ""],
    ["hasOwnProperty", "com.microsoft"],
    ["Relu", "__proto__"],
  ])("may be called %s of domain “%s”", (opType, domain) => {
    expect(() => model([node(opType, "x", "y", domain)], ["y"])).toThrow(`operator ${opType}`);
  });
});

describe("a real model in which a node is not supported", () => {
  const file = (name: string) => readFileSync(new URL(`../../golden/backbones/${name}.onnx`, import.meta.url));
  const statesOf = (name: string) => findHiddenStates(decodeModel(file(name)).graph).map(({ value }) => value);

  /** The last node of an operator becomes one that is not known. */
  function broken(name: string, opType: string) {
    const bytes = file(name);
    // The node's field of its operator: tag, length, text.
    const at = bytes.lastIndexOf(Buffer.from([0x22, opType.length, ...Buffer.from(opType)]));
    expect(at).toBeGreaterThan(0);
    bytes.write("X", at + 2);
    return decodeModel(bytes);
  }

  test("of its pooler keeps its hidden states, by themselves", () => {
    const states = statesOf("bert.torchscript");
    const report = reportModel(broken("bert.torchscript", "Gemm"), { values: true });
    expect(report.hiddenStates.map(({ value }) => value)).toEqual(states);
    expect(report.warnings.map(({ kind }) => kind)).toEqual(["operators"]);
    expect(report.warnings[0]?.message).toMatch(/operator Xemm \(node ".+"\) is not supported/);
    expect(report.outputs.map(({ name }) => name)).toEqual(["out0"]);
    expect(resolveTaps(broken("bert.torchscript", "Gemm").graph, undefined, "a.onnx")).toEqual(states);
  });

  test("of its last norm can be tapped by name", () => {
    const states = statesOf("dinov2.dynamo");
    const { graph } = broken("dinov2.dynamo", "LayerNormalization");
    const taps = resolveTaps(graph, states, "a.onnx");
    const { inputs } = keepOutputs(graph, taps);
    const inputShapes = () => Object.fromEntries(inputs.map(({ name, shape }) => [name, (shape ?? []).map(Number)]));
    const made = buildTapGraph(graph, { taps, batchSize: 1, inputShapes, dtype: "float32", label: "a.onnx" });
    expect(made.taps.map(({ value }) => value)).toEqual(states);
  });

  test("of a block is named by whoever asks for what comes after it, or for everything", () => {
    const states = statesOf("bert.torchscript");
    const { graph } = broken("bert.torchscript", "Softmax");
    expect(() => resolveTaps(graph, undefined, "a.onnx")).toThrow(/operator Xoftmax/);
    expect(() => resolveTaps(graph, [states.at(-1)!], "a.onnx")).toThrow(/operator Xoftmax.* The value ".*" depends/);
    expect(resolveTaps(graph, states.slice(0, 2), "a.onnx")).toEqual(states.slice(0, 2));
  });
});
