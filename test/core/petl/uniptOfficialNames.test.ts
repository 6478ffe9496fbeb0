import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { UserError } from "../../../src/core/errors";
import { OpBuilder } from "../../../src/core/graph/opBuilder";
import type { Shape, Tensor } from "../../../src/core/graph/tensor";
import { ModelContext } from "../../../src/core/nn/modelContext";
import { fromOfficialState, toOfficialState } from "../../../src/core/petl/unipt/officialState";
import { GoldenReader } from "../../../src/engine/verify/golden/readGolden";
import {
  buildGoldenModel,
  clip4ClipModel,
  clipVilModel,
  type GoldenModel,
  mdetrModel,
  vseCnnModel,
  vseTransformerModel,
} from "../../../src/engine/verify/golden/uniptModels";

const systems: readonly (readonly [stem: string, modelOf: (golden: GoldenReader) => GoldenModel])[] = [
  ["vse_transformer", vseTransformerModel],
  ["vse_cnn_train", vseCnnModel],
  ["clip4clip_text", clip4ClipModel],
  ["clip4clip_image", clip4ClipModel],
  ["clipvil", clipVilModel],
  ["mdetr", mdetrModel],
];

function declare(model: GoldenModel): ModelContext {
  const context = new ModelContext(new OpBuilder(), "train");
  buildGoldenModel(context.root, (name, { dtype, shape }) => context.g.input(name, dtype, shape), model);
  return context;
}

function shapes(state: Readonly<Record<string, Tensor>>): Record<string, Shape> {
  return Object.fromEntries(Object.entries(state).map(([name, { shape }]) => [name, shape]));
}

test.each(systems)("%s: the published state dict comes in and goes out again unchanged", (stem, modelOf) => {
  const file = new URL(`../../golden/${stem}.json`, import.meta.url);
  const golden = new GoldenReader(JSON.parse(readFileSync(file, "utf8")));
  const model = modelOf(golden);
  const official: Record<string, Tensor> = {
    ...golden.at("params").named,
    ...(golden.has("buffers_before") ? golden.at("buffers_before").named : {}),
  };
  // running statistics have one more entry there, a count that nothing here needs
  const entries = Object.entries(official).filter(([name]) => !name.endsWith("num_batches_tracked"));
  const context = declare(model);
  const { feeds, ours } = fromOfficialState(context, model.preset, official);
  expect([...ours.keys()].sort()).toEqual(entries.map(([name]) => name).sort());
  const back = toOfficialState(context, model.preset, feeds);
  expect(shapes(back)).toEqual(shapes(Object.fromEntries(entries)));
  for (const [name, { data }] of entries) expect(back[name]!.data, name).toEqual(data);

  const [missing] = ours.keys();
  expect(() =>
    fromOfficialState(context, model.preset, {
      ...official,
      [missing!]: { shape: [0], dtype: "float32", data: new Float32Array() },
    }),
  ).toThrow(UserError);
});

test("what only options beyond the published ones have keeps its name", () => {
  const state = { query: { dtype: "float32", shape: [1], data: new Float32Array(1) } } as const;
  expect(toOfficialState({ parameters: [], buffers: [] }, "clip-vil", state)).toEqual(state);
});
