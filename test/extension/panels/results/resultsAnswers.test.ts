import { beforeEach, describe, expect, test } from "vitest";
import { UserError } from "../../../../src/core/errors";
import { csv } from "../../../../src/core/views/csv";
import type { DataConfig } from "../../../../src/core/experiment/dataConfig";
import { dataFolders, ImageRoots } from "../../../../src/extension/panels/results/imageRoots";
import { type Question, ResultsAnswers } from "../../../../src/extension/panels/results/resultsAnswers";
import { ResultsEngine } from "../../../../src/extension/panels/results/resultsEngine";
import { readResultsIntent } from "../../../../src/protocol/resultsIntent";
import { FakeEngine, overviewOf, settle } from "./fakeEngine";

const image = { side: "image", index: 1, id: "b.png", path: "/data/b.png", captions: ["a dog"] } as const;
const list: Extract<Question, { kind: "listQueries" }> = {
  kind: "listQueries",
  request: 5,
  split: "test",
  direction: "textToImage",
  sort: "rank",
  isReversed: false,
  filter: "",
  onlyFailures: false,
  offset: 0,
  limit: 100,
};

let engine: FakeEngine;
let answers: ResultsAnswers;
let chosen: string | undefined;

beforeEach(async () => {
  engine = new FakeEngine();
  chosen = undefined;
  const results = new ResultsEngine({ engine, runDirectory: "/r", cacheDirectory: "/c", onChange: () => undefined });
  answers = new ResultsAnswers({
    engine: results,
    sourceOf: (path) => (path.startsWith("/data/") ? `web:${path}` : undefined),
    chooseFile: () => Promise.resolve(chosen),
  });
  const opening = results.open("test");
  await settle();
  engine.workers[0]!.next().reply(overviewOf("test"));
  await opening;
});

async function replied(answer: Promise<unknown>, payload: unknown): Promise<unknown> {
  await settle();
  const call = engine.workers[0]!.next();
  if (payload instanceof Error) call.fail(payload);
  else call.reply(payload);
  return { asked: [call.name, call.request], message: await answer };
}

describe("a question of the page", () => {
  test("for queries is passed on, and its images come as sources", async () => {
    const query = { entry: image, rank: 3, score: 0.5, margin: -0.25 };
    const page = { total: 7, offset: 0, queries: [query] };
    const { split, direction, sort, isReversed, filter, onlyFailures, offset, limit } = list;
    const wanted = { split, direction, sort, isReversed, filter, onlyFailures, offset, limit };
    expect(await replied(answers.answer(list), page)).toEqual({
      asked: ["listQueries", wanted],
      message: {
        ...{ kind: "queries", request: 5, total: 7, offset: 0 },
        queries: [{ ...query, entry: { ...image, path: undefined, source: "web:/data/b.png" } }],
      },
    });
  });

  test("for an image file opens a dialog; the file is used again without one", async () => {
    const ask = { kind: "searchFile", request: 8, split: "test", chooses: true, count: 20 } as const;
    expect(await answers.answer(ask)).toEqual({ kind: "problem", request: 8 });
    chosen = "/elsewhere/photo.jpg";
    const first = await replied(answers.answer(ask), { results: [] });
    expect(first).toMatchObject({
      asked: ["searchImage", { split: "test", path: "/elsewhere/photo.jpg", count: 20 }],
      message: { kind: "answer", file: { name: "photo.jpg", source: undefined } },
    });
    chosen = undefined;
    const again = await replied(answers.answer({ ...ask, request: 9, chooses: false }), { results: [] });
    expect(again).toMatchObject({ message: { request: 9, file: { name: "photo.jpg" } } });
    expect(JSON.stringify(again)).not.toMatch(/"message".*elsewhere/);
  });

  test("that fails says why", async () => {
    const ask = { kind: "searchText", request: 2, split: "test", text: "a dog", count: 20 } as const;
    const { message } = (await replied(answers.answer(ask), new UserError("No tokenizer."))) as { message: unknown };
    expect(message).toEqual({ kind: "problem", request: 2, reason: "No tokenizer." });
  });
});

describe("the data behind the page", () => {
  test("are those of the last answer, by name", async () => {
    expect(await answers.table("results")).toBeUndefined();
    const ask = { kind: "searchText", request: 2, split: "test", text: "a dog", count: 20 } as const;
    await replied(answers.answer(ask), { results: [{ entry: image, rank: 1, score: 0.5, confidence: [1] }] });
    expect(csv((await answers.table("results"))!)).toContain("1,0.5,,a dog,b.png");
    expect((await answers.table("confidence.result.0"))!.rowCount).toBe(0);
    for (const name of ["confidence.result.1", "confidence.query", "confidence.result.x", "loss"])
      expect(await answers.table(name)).toBeUndefined();
  });

  test("of the queries are all of them, page by page", async () => {
    const row = (index: number) => ({ entry: { ...image, index }, rank: index + 1, score: 1 });
    await replied(answers.answer(list), { total: 3, offset: 0, queries: [row(0)] });
    const table = answers.table("queries");
    await settle();
    engine.workers[0]!.next().reply({ total: 3, offset: 0, queries: [row(0), row(1)] });
    await settle();
    const { request, reply } = engine.workers[0]!.next();
    expect(request).toMatchObject({ offset: 2, limit: 1000 });
    reply({ total: 3, offset: 2, queries: [row(2)] });
    expect((await table)!.rowCount).toBe(3);
  });
});

describe("what a page may load", () => {
  test("lies within the data set's folder", () => {
    const folders = (data: DataConfig) => dataFolders({ baseDirectory: "/work", config: { data } });
    const roots = new ImageRoots(folders({ pairs: "sets/pairs.jsonl" }));
    expect(roots.has("/work/sets/images/a.png")).toBe(true);
    expect(roots.has("/work/sets/..a.png")).toBe(true);
    expect(roots.has("/work/setsecret/a.png")).toBe(false);
    expect(roots.has("/work/sets/../secret.png")).toBe(false);
    expect(roots.add("/work/sets/images")).toBe(false);
    expect(roots.add("/media/photos")).toBe(true);
    expect(roots.has("/media/photos/a.png")).toBe(true);
    expect(folders({ pairs: "sets" })).toEqual(["/work/sets"]);
    expect(folders({ pairs: { train: ["a/x.json", "a/y.json"], test: "b/z.json" } })).toEqual(["/work/a", "/work/b"]);
    expect(folders({ pairs: "sets/pairs.jsonl", images: "photos" })).toEqual(["/work/photos"]);
    expect(folders({ clips: "sets/clips.csv", videos: "/" })).toEqual([]);
  });
});

describe("an intent", () => {
  test("is taken only when it is exactly one", () => {
    expect(readResultsIntent(list)).toEqual(list);
    for (const wrong of [
      { ...list, limit: 5_000 },
      { ...list, path: "/etc/passwd" },
      { ...list, split: "all" },
      { kind: "searchFile", request: 1, split: "test", chooses: true, count: 20, path: "/etc/passwd" },
      { kind: "searchText", request: 1, split: "test", text: "", count: 20 },
      { kind: "nearest", request: 1, split: "test", direction: "textToImage", query: -1, count: 20 },
      { kind: "ready" },
      null,
    ])
      expect(readResultsIntent(wrong)).toBeUndefined();
  });
});
