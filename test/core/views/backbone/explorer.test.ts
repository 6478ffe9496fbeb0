import { applyEdits, parse } from "jsonc-parser";
import { describe, expect, test } from "vitest";
import { backboneUses, tapEdits } from "../../../../src/core/experiment/backboneUse";
import type { ReportedState } from "../../../../src/core/onnx/report/modelReport";
import { axisSizes } from "../../../../src/core/views/backbone/explorerState";
import { operationsText } from "../../../../src/core/views/backbone/operationsText";
import { tapForecast } from "../../../../src/core/views/backbone/tapForecast";
import { useTaps } from "../../../../src/core/views/backbone/useTaps";
import type { ValueRow } from "../../../../src/core/views/backbone/valueRows";
import { valuePage } from "../../../../src/core/views/backbone/valueRows";

const row = (position: number, more: Partial<ValueRow> = {}): ValueRow => ({
  name: `value_${position}`,
  dtype: "float32",
  shape: ["batch", 50, 768],
  opType: "Add",
  block: 0,
  position,
  itemShape: [50, 768],
  ...more,
});

describe("valuePage", () => {
  const rows = Array.from({ length: 30_000 }, (_, i) => row(i, { block: i % 3, opType: i % 2 ? "MatMul" : "Add" }));

  test("all words must be found, in name, operator or shape", () => {
    expect(valuePage(rows, { text: "ADD 1234 768", offset: 0, limit: 5 }).rows.map(({ position }) => position)).toEqual(
      rows
        .filter(({ name, opType }) => opType === "Add" && name.includes("1234"))
        .slice(0, 5)
        .map((r) => r.position),
    );
    expect(valuePage(rows, { text: "nothing like it", offset: 0, limit: 5 })).toEqual({
      rows: [],
      total: 0,
      offset: 0,
    });
  });

  test("an offset beyond the end gives the last page", () => {
    const page = valuePage(rows, { text: "", block: 1, offset: 1e9, limit: 64 });
    expect(page.total).toBe(10_000);
    expect(page.offset).toBe(9_984);
    expect(page.rows).toHaveLength(16);
  });
});

describe("tapForecast", () => {
  test("adds up items, element types and masks", () => {
    const { bytesPerItem, totalBytes, widths } = tapForecast(
      [row(0), row(1), row(2, { itemShape: [50, 512] })],
      10,
      128,
    );
    expect(bytesPerItem).toEqual({ float16: 2 * 50 * 2048 + 128, float32: 4 * 50 * 2048 + 128 });
    expect(totalBytes.float16).toBe(10 * bytesPerItem.float16);
    expect(widths).toEqual([
      { width: 768, count: 2 },
      { width: 512, count: 1 },
    ]);
  });

  test.each([
    ["rank", [[768]]],
    [
      "mixed",
      [
        [50, 768],
        [96, 7, 7],
      ],
    ],
    [
      "lengths",
      [
        [50, 768],
        [49, 768],
      ],
    ],
    [
      undefined,
      [
        [96, 7, 7],
        [192, 3, 3],
      ],
    ],
  ])("tells what a method cannot read: %s", (problem, shapes) => {
    expect(
      tapForecast(
        shapes.map((itemShape, i) => row(i, { itemShape })),
        1,
      ).problem,
    ).toBe(problem);
  });

  test("counts values of unknown size", () => {
    expect(tapForecast([row(0, { itemShape: undefined }), row(1)], 1)).toMatchObject({ layers: 2, unknown: 1 });
  });
});

describe("useTaps", () => {
  const states = [0, 1].map((index) => ({ index, value: `value_${index + 3}` }) as ReportedState);
  const rows = Array.from({ length: 6 }, (_, i) => row(i));

  test("names, indices and the default", () => {
    expect(useTaps(undefined, rows, states)).toEqual(["value_3", "value_4"]);
    expect(useTaps([1, "value_1"], rows, states)).toEqual(["value_1", "value_4"]);
  });

  test.each([[["value_9"]], [[2]]])("undefined for what the model lacks: %j", (taps) => {
    expect(useTaps(taps, rows, states)).toBeUndefined();
  });
});

test("sizes of free axes follow from the shapes that inputs get, other than the batch", () => {
  const inputs = [{ name: "ids", dtype: "int64" as const, shape: ["batch", "sequence"] }];
  const axes = [
    { name: "batch", role: "batch" as const, size: 2 },
    { name: "sequence", role: "sequence" as const, size: 8 },
  ];
  expect(axisSizes({ inputs, axes }, { ids: [1, 24] })).toEqual({ sequence: 24 });
});

test.each([
  [999, "999 FLOP"],
  [8_824_000_000, "8.82 GFLOP"],
  [999_999, "1000 kFLOP"],
])("%d operations as text", (value, text) => {
  expect(operationsText(value, String)).toBe(text);
});

describe("taps of an experiment file", () => {
  const text = `// Ours
{
  "image": {
    "backbone": {
      "model": "models/a.onnx", // the old one
      "hiddenStates": [0, 1]
    }
  },
  "text": { "backbone": { "model": "models/b.onnx" } },
}
`;

  test("are found although the rest of the file is wrong", () => {
    expect(backboneUses(text)).toEqual([
      { side: "image", model: "models/a.onnx", hiddenStates: [0, 1] },
      { side: "text", model: "models/b.onnx", hiddenStates: undefined },
    ]);
    expect(backboneUses("{")).toEqual([]);
    expect(backboneUses('{"image": [], "text": {"backbone": {"model": 3}}}')).toEqual([]);
  });

  test.each(["image", "text"] as const)("are replaced on the %s side, and comments are kept", (side) => {
    const changed = applyEdits(text, tapEdits(text, side, ["x", "y"], 2));
    expect(changed).toContain("// Ours");
    expect(changed).toContain("// the old one");
    const other = side === "image" ? "text" : "image";
    const [before, after] = [text, changed].map((content) => parse(content) as Record<string, object>);
    expect(after![side]).toMatchObject({ backbone: { hiddenStates: ["x", "y"] } });
    expect(after![other]).toEqual(before![other]);
  });
});
