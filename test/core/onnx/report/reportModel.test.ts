import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { UserError } from "../../../../src/core/errors";
import { int, ints } from "../../../../src/core/graph/graph";
import { OpBuilder } from "../../../../src/core/graph/opBuilder";
import { zeros } from "../../../../src/core/graph/tensor";
import { decodeModel } from "../../../../src/core/onnx/decodeModel";
import { keepOutputs } from "../../../../src/core/onnx/resolveTaps";
import { nodeFlops } from "../../../../src/core/onnx/report/nodeFlops";
import { reportModel } from "../../../../src/core/onnx/report/reportModel";
import { buildTapGraph } from "../../../../src/core/onnx/tapGraph";
import { visionTransformerReport } from "../../../support/explorerFixtures";

const folder = new URL("../../../golden/backbones/", import.meta.url);
const exports = readdirSync(folder).filter((file) => file.endsWith(".onnx"));
const decoded = (file: string) => decodeModel(readFileSync(new URL(file, folder)));

describe.each(exports)("the report of %s", (file) => {
  const model = decoded(file);
  const report = reportModel(model, { values: true });

  test("every node and every weight belongs to exactly one block", () => {
    const sum = (of: (block: (typeof report.blocks)[number]) => number): number =>
      report.blocks.reduce((total, block) => total + of(block), 0);
    expect(sum(({ nodes }) => nodes)).toBe(model.graph.nodes.length);
    expect(sum(({ operators }) => operators.reduce((count, [, n]) => count + n, 0))).toBe(model.graph.nodes.length);
    expect(sum(({ parameters }) => parameters)).toBe(report.parameters);
    expect(report.warnings).toEqual([]);
  });

  test("each hidden state ends its block and is among the values", () => {
    expect(report.hiddenStates.length).toBeGreaterThan(2);
    for (const { index, value, itemShape } of report.hiddenStates) {
      const listed = report.values?.find(({ name }) => name === value);
      expect(listed).toMatchObject({ block: index, itemShape });
      expect(report.blocks[index]).toMatchObject({ kind: index === 0 ? "embedding" : "block", hiddenState: index });
    }
  });

  test("items have the shapes that extraction gives them", () => {
    const taps = (report.values ?? []).map(({ name }) => name);
    const { inputs } = keepOutputs(model.graph, taps);
    const size = (name: number | string, batch: number): number => {
      if (typeof name === "number") return name;
      const axis = report.axes.find((known) => known.name === name);
      return axis?.role === "batch" ? batch : (axis?.size ?? 1);
    };
    const fixed = inputs[0]?.shape?.[0];
    const batchSize = typeof fixed === "number" ? fixed : 3;
    const { taps: made } = buildTapGraph(model.graph, {
      taps,
      batchSize,
      inputShapes: (batch) =>
        Object.fromEntries(inputs.map(({ name, shape }) => [name, (shape ?? []).map((axis) => size(axis, batch))])),
      dtype: "float32",
      label: file,
    });
    expect(Object.fromEntries((report.values ?? []).map(({ name, itemShape }) => [name, itemShape]))).toEqual(
      Object.fromEntries(made.map(({ value, shape }) => [value, shape])),
    );
  });
});

describe("reportModel", () => {
  test("gives ViT-B/32 its published size and cost", () => {
    const report = visionTransformerReport();
    expect(report.parameters / 1e6).toBeCloseTo(87.8, 1);
    const flops = report.blocks.reduce((sum, block) => sum + (block.flops ?? 0), 0);
    // 4.4 billion multiply-adds.
    expect(flops / 2e9).toBeCloseTo(4.4, 1);
    expect(report.hiddenStates.map(({ width }) => width)).toEqual(Array<number>(13).fill(768));
  });

  test("works out shapes at sizes that are asked for, and says why others do not fit", () => {
    const model = decoded("bert.torchscript.onnx");
    const report = reportModel(model, { sizes: { sequence: 6 } });
    expect(report.hiddenStates.map(({ itemShape }) => itemShape)).toEqual([6, 6, 6].map((tokens) => [tokens, 8]));
    expect(report.axes.find(({ name }) => name === "sequence")?.size).toBe(6);
    expect(() => reportModel(model, { sizes: { sequence: 100_000 } })).toThrow(UserError);
  });

  test("leaves out what the list of values costs unless it is asked for", () => {
    expect(reportModel(decoded("bert.torchscript.onnx")).values).toBeUndefined();
  });
});

describe("nodeFlops", () => {
  test("of products and convolutions", () => {
    const g = new OpBuilder();
    const x = g.input("x", "float32", [2, 3, 8, 8]);
    const conv = g.op("Conv", [x, g.constant(zeros("float32", [6, 1, 3, 3]))], {
      kernel_shape: ints([3, 3]),
      group: int(3),
    });
    const rows = g.reshape(conv, [2, 6, 36]);
    g.output("y", g.matMul(rows, g.constant(zeros("float32", [36, 5]))));
    const graph = g.build();
    const flops = graph.nodes.map((node) => [node.opType, nodeFlops(node, graph)]);
    expect(flops).toEqual([
      ["Conv", 2 * (2 * 6 * 6 * 6) * 9],
      ["Reshape", 0],
      ["MatMul", 2 * (2 * 6 * 5) * 36],
    ]);
  });
});
