import { expect, test } from "vitest";
import { backboneRows, englishBackboneLabels } from "../../../../src/core/views/tree/backboneTree";

test("a backbone shows its inputs and its hidden states with their shapes, low to high", () => {
  const rows = backboneRows(
    "m",
    {
      parameters: 1234567,
      inputs: [{ name: "pixel_values", dtype: "float32", shape: ["batch", 3, 224, 224] }],
      hiddenStates: [
        { index: 0, value: "/embeddings/dropout/out", shape: ["batch", 197, 384] },
        { index: 1, value: "/encoder/layer.0/add", shape: ["batch", 197, 384] },
      ],
    },
    englishBackboneLabels,
    "en",
  );
  expect(rows.map(({ label, description }) => [label, description])).toEqual([
    ["Parameters", "1,234,567"],
    ["pixel_values", "float32 [batch, 3, 224, 224]"],
    ["0 · dropout/out", "[batch, 197, 384]"],
    ["1 · layer.0/add", "[batch, 197, 384]"],
  ]);
  expect(rows[3]?.spoken).toBe("hidden state 1, /encoder/layer.0/add, [batch, 197, 384]");
});

test("a model without hidden states says so", () => {
  const rows = backboneRows("m", { parameters: 0, inputs: [], hiddenStates: [] }, englishBackboneLabels, "en");
  expect(rows.at(-1)?.label).toMatch(/No hidden states/);
});
