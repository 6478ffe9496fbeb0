import { describe, expect, test } from "vitest";
import {
  changedView,
  firstResultCount,
  maxResultCount,
  readResultsView,
} from "../../../../src/core/views/results/resultsView";

const fresh = readResultsView({});

describe("what was kept over a reload", () => {
  test("comes back whole", () => {
    const view = {
      ...{
        split: "val",
        direction: "imageToText",
        sort: "margin",
        isReversed: true,
        filter: "egg",
        onlyFailures: true,
      },
      ...{ question: { kind: "entry", index: 7 }, selected: 3, count: 40 },
    } as const;
    expect(readResultsView({ ...view, directory: "/runs/a" })).toEqual(view);
    expect(readResultsView({ question: { kind: "text", text: "a dog" } }).question).toEqual({
      kind: "text",
      text: "a dog",
    });
  });

  test("is taken only as far as it makes sense", () => {
    const nonsense = {
      split: "all",
      direction: 3,
      sort: "worst",
      isReversed: "yes",
      filter: null,
      selected: -1,
      count: 1e9,
    };
    expect(readResultsView(nonsense)).toEqual({ ...fresh, count: maxResultCount });
    for (const question of [
      { kind: "entry" },
      { kind: "entry", index: 0.5 },
      { kind: "text", text: "" },
      "entry",
      null,
    ])
      expect(readResultsView({ question }).question).toBeUndefined();
  });
});

describe("a change", () => {
  const asked = changedView(fresh, { question: { kind: "entry", index: 4 } });

  test("of the question begins with the first results", () => {
    const looking = { ...asked, selected: 9, count: 80 };
    const next = changedView(looking, { question: { kind: "entry", index: 5 } });
    expect(next).toMatchObject({ question: { index: 5 }, selected: undefined, count: firstResultCount });
    expect(changedView(looking, { selected: 2 })).toEqual({ ...looking, selected: 2 });
    expect(changedView(looking, { sort: "name" })).toEqual({ ...looking, sort: "name" });
  });

  test("of the direction or the split ends a question about a position there", () => {
    expect(changedView(asked, { direction: "imageToText" }).question).toBeUndefined();
    expect(changedView(asked, { split: "val" }).question).toBeUndefined();
    expect(changedView(asked, { direction: "textToImage" })).toEqual(asked);
  });

  test("of the split keeps a text, which has a meaning everywhere; the other direction does not", () => {
    const typed = changedView(
      { ...fresh, direction: "imageToText" },
      { question: { kind: "text", text: "a red egg" } },
    );
    expect(typed.direction).toBe("textToImage");
    expect(changedView(typed, { split: "train" }).question).toEqual({ kind: "text", text: "a red egg" });
    expect(changedView(typed, { direction: "imageToText" }).question).toBeUndefined();
  });

  test("to an image file turns to captions", () => {
    expect(changedView(fresh, { question: { kind: "file" } }).direction).toBe("imageToText");
  });
});
