import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ablationBase } from "../../../../src/core/experiment/ablation/ablationBase";
import type { AxisRequest, TappedStates } from "../../../../src/core/experiment/ablation/axis";
import { namedAxes, offeredAxes } from "../../../../src/core/experiment/ablation/axes";
import { parseAxis, parseSetting, splitValues } from "../../../../src/core/experiment/ablation/parseAxis";
import { planAblation } from "../../../../src/core/experiment/ablation/planAblation";
import { settingsKey } from "../../../../src/core/experiment/ablation/sameSettings";
import { Name } from "../../../../src/core/experiment/names";
import { formatRunName, parseRunName } from "../../../../src/store/runName";
import { fuzzOptions } from "../../../support/fuzz";
import { sampleText } from "../sample";
import { retrievalConfig } from "../../../support/retrievalConfig";

const states: TappedStates = { image: ["s1", "s2", "s4", "s6"], text: ["embeddings", "block1", "block2"] };
const base = ablationBase(sampleText, "emoji-scenes.unipt.json");

/** The sample with settings of its own in place of those at the end. */
function variation(change: (document: Record<string, unknown>) => void): ReturnType<typeof ablationBase> {
  const document = JSON.parse(sampleText.replace(/\/\/.*$/gm, "").replace(/,(\s*[}\]])/g, "$1")) as Record<
    string,
    unknown
  >;
  change(document);
  return ablationBase(JSON.stringify(document), "f.unipt.json");
}

const plan = (axes: readonly string[], more: Partial<Parameters<typeof planAblation>[0]> = {}) =>
  planAblation({ base, states, axes: axes.map(read), ...more });
const read = (axis: string): AxisRequest => (axis.startsWith("set:") ? parseSetting(axis.slice(4)) : parseAxis(axis));
const names = (axes: readonly string[], more?: Partial<Parameters<typeof planAblation>[0]>): string[] =>
  plan(axes, more).cells.map(({ name }) => name);

describe("the axes as they are written", () => {
  test("values are split at commas outside of brackets and quotes", () => {
    expect(splitValues('[0,2],{"name":"a,b"},"x,y", 3,,')).toEqual(["[0,2]", '{"name":"a,b"}', '"x,y"', "3"]);
  });

  test("camel case, kebab case and a side", () => {
    expect(parseAxis("reductionFactor=2,4")).toEqual({ kind: "named", name: "reduction-factor", values: ["2", "4"] });
    expect(parseAxis("text.leave-one-layer-out")).toEqual({ kind: "named", name: "leave-one-layer-out", side: "text" });
    expect(() => parseSetting("training.epochs")).toThrow(/no setting with values/);
  });
});

describe("one axis at a time", () => {
  test("reduction factors; the one that the experiment has is the base", () => {
    const { cells, plans, notes } = plan(["reduction-factor"]);
    expect(cells.map(({ name }) => name)).toEqual(["unipt", "r4", "r8", "r16"]);
    expect(retrievalConfig(cells[1]!.config).image.method).toMatchObject({
      name: "unipt",
      embedDim: 256,
      reductionFactor: 4,
    });
    expect(cells[1]!.changes).toEqual({ "reduction-factor": "4" });
    expect(notes).toEqual(['reduction-factor 2: the same settings as "unipt".']);
    expect(plans).toHaveLength(12);
    expect(plans[3]).toMatchObject({ experiment: "emoji-scenes", variant: "r4", seed: 0, config: { seeds: [0] } });
  });

  test("every axis against the base", () => {
    expect(names(["reduction-factor=4", "interaction", "aggregation=uniform,static"])).toEqual([
      "unipt",
      "r4",
      "interaction-none",
      "interaction-attention",
      "aggregation-mean",
      "aggregation-static",
    ]);
  });

  test("leaving out each layer below the guide, of those in one feature cache", () => {
    const { cells } = plan(["leave-one-layer-out"]);
    expect(cells.map(({ name, config }) => [name, retrievalConfig(config).image.layers])).toEqual([
      ["unipt", undefined],
      ["without-layer-0", [1, 2, 3]],
      ["without-layer-1", [0, 2, 3]],
      ["without-layer-2", [0, 1, 3]],
    ]);
    expect(cells[2]!.changes).toEqual({ "leave-one-layer-out": "without 1 (s2)" });
    for (const { config } of cells)
      expect(retrievalConfig(config).image.backbone).toEqual(retrievalConfig(base.config).image.backbone);
  });

  test("beside an embedding every hidden state may be left out, and none is the guide", () => {
    const beside = variation((document) => {
      const { image } = document as { image: { method: unknown } };
      image.method = { name: "unipt", preset: "clip4clip-image" };
    });
    const { cells } = plan(["image.leave-one-layer-out"], { base: beside });
    expect(cells.slice(1).map(({ config }) => retrievalConfig(config).image.layers)).toEqual([
      [1, 2, 3],
      [0, 2, 3],
      [0, 1, 3],
      [0, 1, 2],
    ]);
  });

  test("choices of layers", () => {
    const { cells } = plan(["tapped-layers"]);
    expect(cells.map(({ name, config }) => [name, retrievalConfig(config).image.layers])).toEqual([
      ["unipt", undefined],
      ["without-layer-1", [0, 2, 3]],
      ["without-layer-0", [1, 2, 3]],
      ["layers-only-2", [2, 3]],
      ["layers-only-0", [0, 3]],
      ["layers-only-1", [1, 3]],
    ]);
    expect(names(["tapped-layers=[2,0],single-1,first-1"])).toEqual([
      "unipt",
      "without-layer-1",
      "layers-only-1",
      "layers-only-0",
    ]);
  });

  test("choices within what the experiment mixes, and within what it gives its method", () => {
    const narrowed = variation((document) => {
      const { image } = document as { image: { method: object; layers?: number[] } };
      image.layers = [0, 1, 3];
      image.method = { name: "unipt", embedDim: 64, tappedLayers: [0, 1] };
    });
    const { cells } = planAblation({ base: narrowed, states, axes: [parseAxis("leave-one-layer-out")] });
    expect(cells.slice(1).map(({ config }) => retrievalConfig(config).image)).toMatchObject([
      { layers: [1, 3], method: { tappedLayers: "all" } },
      { layers: [0, 3], method: { tappedLayers: "all" } },
    ]);
  });

  test("a stages probe may do without any layer, the last one included", () => {
    const probe = variation((document) => {
      (document["image"] as Record<string, unknown>)["method"] = { name: "stages-probe", embedDim: 256 };
    });
    const { cells } = planAblation({ base: probe, states, axes: [parseAxis("leave-one-layer-out")] });
    expect(cells.slice(1).map(({ config }) => retrievalConfig(config).image.layers)).toEqual([
      [1, 2, 3],
      [0, 2, 3],
      [0, 1, 3],
      [0, 1, 2],
    ]);
  });

  test("where both sides suit, options change together and layers apart", () => {
    const both = variation((document) => {
      (document["text"] as Record<string, unknown>)["method"] = { name: "unipt", embedDim: 256 };
    });
    const of = (axis: string): [string, unknown][] =>
      planAblation({ base: both, states, axes: [parseAxis(axis)] }).cells.map(({ name, config }) => [
        name,
        [retrievalConfig(config).image.method, retrievalConfig(config).text.method].map((method) =>
          method.name === "unipt" ? method.reductionFactor : 0,
        ),
      ]);
    expect(of("reduction-factor=4")).toEqual([
      ["unipt", [2, undefined]],
      ["r4", [4, 4]],
    ]);
    expect(of("text.reduction-factor=4")[1]).toEqual(["text-r4", [2, 4]]);
    expect(of("leave-one-layer-out").map(([name]) => name)).toEqual([
      "unipt",
      "image-without-layer-0",
      "image-without-layer-1",
      "image-without-layer-2",
      "text-without-layer-0",
      "text-without-layer-1",
    ]);
  });

  test("any setting by its path", () => {
    const { cells } = plan(
      ["set:training.optimizer.learningRate=0.001,0.002,0.25", 'set:loss={"name":"triplet"},info-nce'].slice(0, 1),
    );
    expect(cells.map(({ name, config }) => [name, config.training.optimizer.learningRate])).toEqual([
      ["unipt", 0.002],
      ["learning-rate-1e-3", 0.001],
      ["learning-rate-0-25", 0.25],
    ]);
    expect(names(['set:loss={"name":"triplet"},{"name":"triplet","margin":0.1}'])).toEqual([
      "unipt",
      expect.stringMatching(/^loss-triplet-[0-9a-f]{6}$/),
      expect.stringMatching(/^loss-triplet-[0-9a-f]{6}$/),
    ]);
    expect(names(["set:text.method.embedDim=128"])).toEqual(["unipt", "text-embed-dim-128"]);
  });

  test("seeds of the ablation's own", () => {
    const { plans, cells } = plan(["interaction=none"], { seeds: [5, 6] });
    expect(plans.map(({ variant, seed }) => [variant, seed])).toEqual([
      ["unipt", 5],
      ["unipt", 6],
      ["interaction-none", 5],
      ["interaction-none", 6],
    ]);
    expect(cells[0].config.seeds).toEqual([5, 6]);
  });
});

describe("a grid", () => {
  test("has every combination, cells named by what differs from the base", () => {
    const { cells, plans } = plan(["reduction-factor=2,4", "interaction=none,attention-identity"], { isGrid: true });
    expect(cells.map(({ name, changes }) => [name, changes])).toEqual([
      ["unipt", {}],
      ["interaction-none", { interaction: "none" }],
      ["r4-interaction-none", { "reduction-factor": "4", interaction: "none" }],
      ["r4", { "reduction-factor": "4" }],
    ]);
    expect(plans).toHaveLength(12);
  });

  test("is refused when it is out of all proportion", () => {
    const many = Array.from({ length: 17 }, (_, i) => i + 1).join();
    expect(() => plan([`set:training.epochs=${many}`, `set:training.batchSize=${many}`], { isGrid: true })).toThrow(
      /grid has 289 cells.*256 at most|289 cells; choose fewer values, 256 cells at most/,
    );
  });
});

describe("the base", () => {
  test("is another variant when asked for", () => {
    const probe = ablationBase(sampleText, "f", "linear-probe");
    expect(probe).toMatchObject({ name: "linear-probe", config: { training: { epochs: 40 } } });
    expect(() => planAblation({ base: probe, states, axes: [parseAxis("interaction")] })).toThrow(
      'Axis "interaction" is an option of UniPT, but "image.method" is "linear-probe", and is an option of UniPT, but "text.method" is "linear-probe".',
    );
    expect(() => ablationBase(sampleText, "f", "linear")).toThrow(
      /no variant "linear"; it has "unipt", "linear-probe"/,
    );
  });

  test("a variant of the file keeps its name to itself", () => {
    const taken = variation((document) => {
      document["variants"] = { r4: { "training.epochs": 3 }, base: { "training.epochs": 4 } };
    });
    const { cells } = planAblation({ base: taken, states, axes: [parseAxis("reduction-factor=4,8")] });
    expect(cells.map(({ name }) => name)).toEqual(["ablation-base", expect.stringMatching(/^r4-[0-9a-f]{6}$/), "r8"]);
  });

  test("changes of the variant stay in its cells", () => {
    const long = variation((document) => {
      document["variants"] = { long: { "training.epochs": 90 } };
    });
    const from = ablationBase(
      JSON.stringify({ ...long.document, variants: { long: { "training.epochs": 90 } } }),
      "f",
      "long",
    );
    const { cells } = planAblation({ base: from, states, axes: [parseAxis("interaction=none")] });
    expect(cells.map(({ name, config }) => [name, config.training.epochs])).toEqual([
      ["long", 90],
      ["interaction-none", 90],
    ]);
  });
});

describe("what does not fit is refused in a sentence", () => {
  test.each([
    [["reductionfactor2=2"], /There is no axis "reductionfactor2"; use one of "tapped-layers", .*by its path/],
    [["interactoin"], /There is no axis "interactoin".*did you mean "interaction"\?$/],
    [["interaction=atention"], /Axis "interaction" has no value "atention"; .*did you mean "attention"\?$/],
    [["reduction-factor=0"], /Axis "reduction-factor" has no value "0"; use whole numbers of at least 1/],
    [["reduction-factor=512"], /leaves nothing of "image.method.embedDim" 256; use 256 at most/],
    [["text.interaction"], /Axis "interaction" is an option of UniPT, but "text.method" is "linear-probe"\.$/],
    [["text.leave-one-layer-out"], /needs a method that reads several layers, but "text.method" is "linear-probe"/],
    [["leave-one-layer-out=3"], /There is no layer 3 to choose; those of this side are 0, 1, 2/],
    [["tapped-layers=last-9"], /"last-9", but there are 3 layers/],
    [["tapped-layers=odd"], /Axis "tapped-layers" has no value "odd"; use all, /],
    [
      ["set:training.epohcs=1,2"],
      /Axis "training.epohcs": "training.epohcs" is not a known key; did you mean "epochs"\?$/,
    ],
    [
      ["set:training.epochs=0"],
      /Axis "training.epochs": "training.epochs" is 0; change it to a whole number of at least 1/,
    ],
    [["set:seeds=1,2"], /"seeds" is no axis/],
    [["set:name=a,b"], /belongs to the whole experiment/],
    [["interaction", "interaction=none"], /"interaction" is given twice/],
    [["reduction-factor=2"], /are those of the base already/],
    [[], /An ablation needs an axis/],
  ])("%s", (axes, sentence) => {
    expect(() => plan(axes)).toThrow(sentence);
  });

  test("axes that change nothing say so", () => {
    const plainSum = variation((document) => {
      const { image } = document as { image: { method: object } };
      image.method = { name: "unipt", embedDim: 64, interaction: "none", aggregation: "mean" };
    });
    const context = { config: plainSum.config, states };
    const refusals = Object.fromEntries(offeredAxes(context).map(({ axis, refusal }) => [axis.name, refusal]));
    expect(refusals["normalizer"]).toContain('changes nothing with "interaction": "none"');
    expect(refusals["gate-pooling"]).toContain('changes nothing with "aggregation": "mean"');
    expect(refusals["aggregation"]).toBeUndefined();
    expect(Object.keys(refusals).sort()).toEqual(namedAxes.map(({ name }) => name).sort());
  });
});

test("whatever is varied, names are unique, valid, and the same the next time; no two cells are equal", () => {
  const axis = fc.oneof(
    fc.constantFrom(
      "reduction-factor",
      "interaction",
      "aggregation",
      "leave-one-layer-out",
      "tapped-layers",
      "pooling",
    ),
    fc
      .tuple(
        fc.constantFrom("training.optimizer.learningRate", "training.gradientClip", "loss.temperature"),
        fc.uniqueArray(fc.double({ min: 1e-7, max: 9e6, noNaN: true }), { minLength: 1, maxLength: 4 }),
      )
      .map(([path, values]) => `set:${path}=${values.join()}`),
    fc
      .uniqueArray(fc.integer({ min: 1, max: 900 }), { minLength: 1, maxLength: 5 })
      .map((values) => `set:training.epochs=${values.join()}`),
  );
  fc.assert(
    fc.property(
      fc.uniqueArray(axis, { minLength: 1, maxLength: 3, selector: (text) => text.split("=")[0] }),
      fc.boolean(),
      (axes, isGrid) => {
        let made: ReturnType<typeof plan>;
        try {
          made = plan(axes, { isGrid });
        } catch (error) {
          // Only for what is known to be refused.
          expect(String(error)).toMatch(/cells at most|the base already|to compare|"loss.temperature"/);
          return;
        }
        const found = made.cells.map(({ name }) => name);
        expect(new Set(found).size).toBe(found.length);
        expect(new Set(made.cells.map(({ config }) => settingsKey(config))).size).toBe(found.length);
        for (const name of found) {
          expect(Name.safeParse(name).success, name).toBe(true);
          const run = { experiment: "emoji-scenes", variant: name, seed: 0, attempt: 1 };
          expect(parseRunName(formatRunName(run))).toEqual(run);
        }
        // The order in which axes are given changes no name of a cell.
        const again = plan([...axes].reverse(), { isGrid: false });
        const single = plan(axes, { isGrid: false });
        const byKey = new Map(single.cells.map(({ name, config }) => [settingsKey(config), name]));
        for (const { name, config } of again.cells) expect(byKey.get(settingsKey(config))).toBe(name);
      },
    ),
    fuzzOptions(300),
  );
});
