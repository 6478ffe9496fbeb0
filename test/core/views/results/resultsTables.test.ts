import { describe, expect, test } from "vitest";
import type { RankedQuery, RetrievalAnswer } from "../../../../src/core/datasets/retrievalResults";
import type { LayerConfidence } from "../../../../src/core/experiment/layerConfidence";
import { csv } from "../../../../src/core/views/csv";
import { entryConfidenceTable, queriesTable, resultsTable } from "../../../../src/core/views/results/resultsTables";
import { shownAnswer, shownQuery } from "../../../../src/core/views/results/shownEntries";
import { entryConfidenceScene } from "../../../../src/core/views/scenes/entryConfidenceScene";

const image = { side: "image", index: 0, id: "egg.png", path: "/data/egg.png", captions: ["an egg", "=1+1"] } as const;
const caption = {
  side: "text",
  index: 3,
  text: "an egg",
  image: { index: 0, id: "egg.png", path: "/data/egg.png" },
} as const;
const layers: readonly LayerConfidence[] = [
  { layer: "low", mean: 0.25, standardDeviation: 0.05, quantiles: [0.1, 0.2, 0.25, 0.3, 0.4] },
  { layer: "high", mean: 0.75, standardDeviation: 0.05, quantiles: [0.6, 0.7, 0.75, 0.8, 0.9] },
];
const query: RankedQuery = { entry: caption, rank: 2, score: 0.5, margin: -0.125 };
const answer: RetrievalAnswer = {
  results: [{ entry: image, rank: 1, score: 0.625, isRight: false, confidence: [0.5, 0.5] }],
  firstRight: {
    entry: { ...image, index: 9, id: "b.png" },
    rank: 30,
    score: 0.5,
    isRight: true,
    confidence: [0.25, 0.75],
  },
};

describe("the data of the results browser", () => {
  test("queries with rank, margin and confidence; what is missing is empty", () => {
    const names = layers.map(({ layer }) => layer);
    expect(csv(queriesTable([query, { ...query, margin: undefined, confidence: [0.5, 0.5] }], names))).toBe(
      "query,image,rank,similarity,margin,low,high\r\nan egg,egg.png,2,0.5,-0.125,,\r\nan egg,egg.png,2,0.5,,0.5,0.5\r\n",
    );
  });

  test("results, and the first right one behind them; captions are no formulas", () => {
    expect(csv(resultsTable(answer, ["low", "high"]))).toBe(
      "rank,similarity,right,answer,image,low,high\r\n1,0.625,false,an egg / =1+1,egg.png,0.5,0.5\r\n30,0.5,true,an egg / =1+1,b.png,0.25,0.75\r\n",
    );
    const typed = { results: [{ entry: { ...image, captions: ["=1+1"] }, rank: 1, score: 1 }] };
    expect(csv(resultsTable(typed, []))).toBe("rank,similarity,right,answer,image\r\n1,1,,'=1+1,egg.png\r\n");
  });

  test("the confidence of one entry beside that of its split", () => {
    const table = entryConfidenceTable(layers, [0.5, 0.5]);
    expect(csv(table)).toBe(
      "layer,confidence,mean of the split,sd of the split\r\nlow,0.5,0.25,0.05\r\nhigh,0.5,0.75,0.05\r\n",
    );
  });
});

describe("what a page gets", () => {
  test("holds no path, only what the host allows to be loaded", () => {
    const sourceOf = (path: string): string | undefined =>
      path === "/data/egg.png" ? "https://file/egg.png" : undefined;
    const shown = shownAnswer(answer, sourceOf);
    expect(shown.results[0]!.entry).toMatchObject({ id: "egg.png", source: "https://file/egg.png" });
    expect(shownQuery(query, () => undefined).entry).toMatchObject({ image: { id: "egg.png" } });
    expect(JSON.stringify([shown, shownQuery(query, sourceOf)])).not.toContain("/data/");
  });
});

describe("the drawing of one entry's confidence", () => {
  const texts = {
    axis: "confidence",
    percent: (share: number) => `${(100 * share).toFixed(1)}%`,
    tick: (share: number) => `${100 * share}%`,
    layer: (name: string, share: number, mean: number) => `${name}: ${share}; mean ${mean}`,
  };

  test("has a bar for each layer, the lowest at the bottom, and says each in words", () => {
    const { shapes, targets, height } = entryConfidenceScene(layers, [0.4, 0.6], 400, texts);
    const bars = shapes.filter(({ attributes }) => attributes && "data-bar" in attributes);
    expect(bars).toHaveLength(2);
    const [low, high] = bars.map(({ attributes }) => attributes!);
    expect(Number(low!["width"]) / Number(high!["width"])).toBeCloseTo(0.4 / 0.6, 6);
    expect(Number(low!["y"])).toBeGreaterThan(Number(high!["y"]));
    expect(targets.map(({ text }) => text)).toEqual(["high: 0.6; mean 0.75", "low: 0.4; mean 0.25"]);
    for (const { y, height: h } of targets) expect(y + h).toBeLessThanOrEqual(height);
  });

  test("draws what is a number when a model has diverged", () => {
    const { shapes } = entryConfidenceScene(layers, [Number.NaN, 0.6], 400, texts);
    expect(JSON.stringify(shapes)).not.toContain("null");
  });
});
