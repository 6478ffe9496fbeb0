import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { isExternal } from "../../../src/core/graph/graph";
import { decodeModel } from "../../../src/core/onnx/decodeModel";
import { findHiddenStates } from "../../../src/core/onnx/hiddenStates";
import { inspectModel } from "../../../src/engine/inspectModel";
import { checkBackboneHiddenStates } from "../../../src/engine/verify/backbones/backboneHiddenStates";
import { OrtExecutor } from "../../../src/engine/ort/ortExecutor";

const folder = fileURLToPath(new URL("../../golden/backbones/", import.meta.url));

/**
 * Tiny random networks of Hugging Face classes, exported by both of PyTorch's exporters at opsets 11 to 20, with free and
 * fixed axes, folded or not, their nodes and values renamed to n1, v1 …; references are the library's own hidden states.
 */
const models = readdirSync(folder).filter((name) => /\.(torchscript|dynamo)\.onnx$/.test(name));

describe("hidden states found by structure are those of the library", () => {
  test("eleven kinds of networks are there", () => expect(models.length).toBe(11));

  for (const name of models) {
    test(name, async () => {
      const reference: unknown = JSON.parse(readFileSync(`${folder}${name.split(".")[0]!}.reference.json`, "utf8"));
      const { graph } = decodeModel(readFileSync(`${folder}${name}`));
      const executor = new OrtExecutor({ threads: 1 });
      const { passed, maxDifference, detail } = await checkBackboneHiddenStates(reference, graph, executor);
      expect(passed, detail).toBe(true);
      expect(maxDifference).toBeLessThan(1e-4);
    });
  }
});

test("a wrong number of hidden states fails the check", async () => {
  const reference = JSON.parse(readFileSync(`${folder}bert.reference.json`, "utf8")) as { hidden_states: unknown[] };
  reference.hidden_states.pop();
  const { graph } = decodeModel(readFileSync(`${folder}bert.torchscript.onnx`));
  const result = await checkBackboneHiddenStates(reference, graph, new OrtExecutor({ threads: 1 }));
  expect(result).toMatchObject({ passed: false, detail: "3 hidden states found, 2 expected" });
});

test("a block holds the weights of one block", () => {
  const { graph } = decodeModel(readFileSync(`${folder}clip-text.torchscript.onnx`));
  const byName = new Map(graph.nodes.map((node) => [node.name, node]));
  const products = findHiddenStates(graph).map(({ block }) =>
    block.filter((name) => {
      const node = byName.get(name)!;
      const weight = graph.initializers.get(node.inputs[1] ?? "");
      return node.opType === "MatMul" && weight !== undefined && !isExternal(weight);
    }),
  );
  // Query, key, value, attention output and the two layers of the perceptron.
  expect(products.map((names) => names.length)).toEqual([0, 6, 6]);
});

test("inspection names free axes", async () => {
  const report = await inspectModel(`${folder}bert.torchscript.onnx`);
  expect(report.inputs).toEqual([
    { name: "input_ids", dtype: "int64", shape: ["batch", "sequence"] },
    { name: "attention_mask", dtype: "int64", shape: ["batch", "sequence"] },
  ]);
  expect(report.hiddenStates.map(({ index, shape, layout }) => ({ index, shape, layout }))).toEqual(
    [0, 1, 2].map((index) => ({ index, shape: ["batch", "sequence", 8], layout: "tokens" })),
  );
  const grids = await inspectModel(`${folder}resnet.torchscript.onnx`);
  expect(grids.hiddenStates.map(({ shape, layout }) => [layout, ...shape])).toEqual([
    ["grid", "batch", 4, 4, 4],
    ["grid", "batch", 4, 4, 4],
    ["grid", "batch", 6, 2, 2],
  ]);
});
