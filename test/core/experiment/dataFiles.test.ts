import { describe, expect, test } from "vitest";

import { ClipDataConfig, PairDataConfig } from "../../../src/core/experiment/dataConfig";
import { dataFiles, namedFiles, rowFiles } from "../../../src/core/experiment/dataFiles";

describe("the files of a data set", () => {
  test("are named by the settings that name them", () => {
    expect(dataFiles({ data: { pairs: "a.csv", images: "photos" } })).toEqual({ "data.pairs": "a.csv" });
    expect(dataFiles({ data: { questions: ["q.json", "a.json"], answers: "map.json" } })).toEqual({
      "data.questions[0]": "q.json",
      "data.questions[1]": "a.json",
      "data.answers": "map.json",
    });
    const clips = { train: "9k.csv", test: ["t.csv"] };
    expect(dataFiles({ data: { clips, captions: ["x.json"], videos: "all" } })).toEqual({
      "data.clips.train": "9k.csv",
      "data.clips.test[0]": "t.csv",
      "data.captions[0]": "x.json",
    });
  });

  test("belong to the split that they are listed under", () => {
    expect(rowFiles({ expressions: { test: "b.json", train: ["a.json"] } })).toEqual([
      { key: "data.expressions.train[0]", path: "a.json", split: "train" },
      { key: "data.expressions.test", path: "b.json", split: "test" },
    ]);
    expect(namedFiles({ pairs: ["a", "b", "a", "c", "d"] })).toBe('"a", "b", "c", …');
  });
});

test("files by split are not divided at random", () => {
  const split = { train: 0.8, val: 0.1, test: 0.1, seed: 0 };
  expect(PairDataConfig.safeParse({ pairs: ["a.csv", "b.csv"], split }).success).toBe(true);
  const both = ClipDataConfig.safeParse({ clips: { train: "a.csv" }, split });
  expect(both.error?.issues[0]).toMatchObject({
    path: ["clips"],
    message: expect.stringMatching(/^one path or a list/) as string,
  });
});
