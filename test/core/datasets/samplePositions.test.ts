import { expect, test } from "vitest";
import { FramesConfig } from "../../../src/core/datasets/framesConfig";
import { samplePositions } from "../../../src/core/datasets/samplePositions";

const frames = (fields: Partial<FramesConfig> = {}): FramesConfig => FramesConfig.parse(fields);

test("one frame a second, each whole frame rate apart", () => {
  expect(samplePositions(100, 25, frames())).toEqual([0, 25, 50, 75]);
  expect(samplePositions(101, 25, frames())).toEqual([0, 25, 50, 75, 100]);
  expect(samplePositions(60, 29.97, frames())).toEqual([0, 29, 58]);
  expect(samplePositions(3, 25, frames())).toEqual([0]);
});

test("of more, the whole positions of a uniform grid from first to last, as numpy.linspace gives them", () => {
  // numpy.linspace(0, 29, 12, dtype=int), numpy.linspace(0, 12, 12, dtype=int), numpy.linspace(0, 99, 12, dtype=int)
  expect(samplePositions(30, 1, frames())).toEqual([0, 2, 5, 7, 10, 13, 15, 18, 21, 23, 26, 29]);
  expect(samplePositions(13, 1, frames())).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12]);
  expect(samplePositions(100, 1, frames())).toEqual([0, 9, 18, 27, 36, 45, 54, 63, 72, 81, 90, 99]);
  expect(samplePositions(12 * 30, 30, frames())).toHaveLength(12);
  expect(samplePositions(90, 1, frames({ count: 1 }))).toEqual([0]);
});

test("other rates", () => {
  expect(samplePositions(50, 25, frames({ perSecond: 2 }))).toEqual([0, 12, 25, 37]);
  expect(samplePositions(100, 25, frames({ perSecond: 0.5 }))).toEqual([0, 50]);
  expect(samplePositions(5, 10, frames({ perSecond: 60 }))).toEqual([0, 1, 2, 3, 4]);
  expect(samplePositions(5, 0.4, frames())).toEqual([0, 1, 2, 3, 4]);
});
