import { expect, test } from "vitest";
import { summarizeConfidence } from "../../../src/core/experiment/layerConfidence";
import { flattenMetrics } from "../../../src/core/experiment/flattenMetrics";
import { Metrics } from "../../../src/core/experiment/metrics";
import { readRunEvent } from "../../../src/core/experiment/runEvent";
import { tensor } from "../../../src/core/graph/tensor";

const stepEnd = {
  type: "stepEnd",
  step: 3,
  epoch: 1,
  loss: 4.5,
  learningRate: 1e-3,
  gradientNorm: 2,
  samplesPerSecond: 900,
} as const;

test("an event survives JSON", () => {
  expect(readRunEvent(JSON.parse(JSON.stringify(stepEnd)))).toEqual(stepEnd);
});

test("a loss that is no number comes back as NaN, whatever it was", () => {
  for (const loss of [Number.NaN, Infinity, -Infinity]) {
    expect(readRunEvent(JSON.parse(JSON.stringify({ ...stepEnd, loss })))).toEqual({ ...stepEnd, loss: Number.NaN });
  }
  expect(readRunEvent({ ...stepEnd, loss: undefined })).toBeUndefined();
});

test("events and fields of later versions are passed over", () => {
  expect(readRunEvent({ type: "teleported", to: "cluster" })).toBeUndefined();
  expect(readRunEvent({ ...stepEnd, colour: "red" })).toEqual(stepEnd);
  expect(readRunEvent(null)).toBeUndefined();
});

test("metrics are flattened to dotted names", () => {
  const metrics = Metrics.parse({ imageToText: { recallAt1: 61.25 }, rSum: 402, medianRank: null });
  expect(flattenMetrics(metrics)).toEqual({ "imageToText.recallAt1": 61.25, rSum: 402, medianRank: Number.NaN });
});

test("layer confidence is summarised per layer over the samples", () => {
  const rows = [0.1, 0.9, 0.2, 0.8, 0.3, 0.7, 0.4, 0.6, 0.5, 0.5];
  const [low, high] = summarizeConfidence(tensor("float32", [5, 2], rows), ["s1", "s2"]);
  expect(low?.layer).toBe("s1");
  expect(low?.mean).toBeCloseTo(0.3, 7);
  expect(low?.standardDeviation).toBeCloseTo(Math.sqrt(0.02), 7);
  [0.12, 0.2, 0.3, 0.4, 0.48].forEach((expected, i) => expect(low?.quantiles[i]).toBeCloseTo(expected, 7));
  expect((low?.mean ?? 0) + (high?.mean ?? 0)).toBeCloseTo(1, 7);
  expect(() => summarizeConfidence(tensor("float32", [5, 2], rows), ["s1"])).toThrow(RangeError);
});
