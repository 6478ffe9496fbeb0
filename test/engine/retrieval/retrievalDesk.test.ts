import { cp, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { rankMetrics } from "../../../src/core/datasets/metrics/retrieval";
import { UserError } from "../../../src/core/errors";
import { parseExperiment } from "../../../src/core/experiment/parseExperiment";
import type { RunEvent } from "../../../src/core/experiment/runEvent";
import type { RunSummary } from "../../../src/core/experiment/runSummary";
import { decodeSafetensors } from "../../../src/core/experiment/safetensors";
import { RetrievalDesk } from "../../../src/engine/retrieval/retrievalDesk";
import { train } from "../../../src/engine/train";
import type { RankedQuery, RetrievalDirection } from "../../../src/core/datasets/retrievalResults";
import type { EmbeddingProgress } from "../../../src/protocol/retrieval";
import { runFiles } from "../../../src/store/runDirectory";
import { writeTinyExperiment } from "../../support/tinyExperiment";

let folder: string;
let directory: string;
let summary: RunSummary;
let desk: RetrievalDesk;
const desks: RetrievalDesk[] = [];
const events: RunEvent[] = [];
const progress: EmbeddingProgress[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "unipt-retrieval-"));
  ({ directory, summary } = await trainTiny(folder));
  desk = deskFor();
}, 120_000);

afterAll(async () => {
  for (const made of desks) await made.close();
  await rm(folder, { recursive: true, force: true });
});

function deskFor(signal = new AbortController().signal): RetrievalDesk {
  const made = new RetrievalDesk(signal, {
    onEvent: (event) => events.push(event),
    onProgress: (at) => progress.push(at),
  });
  desks.push(made);
  return made;
}

async function trainTiny(base: string): Promise<{ directory: string; summary: RunSummary }> {
  const { file } = await writeTinyExperiment(base);
  const parsed = parseExperiment(await readFile(file, "utf8"), file);
  const plan = parsed.config && parsed.plans.find(({ variant }) => variant === "unipt");
  if (!plan) throw new Error("The tiny experiment is valid.");
  const options = { plan, runsDirectory: join(base, "runs"), signal: new AbortController().signal };
  const training = train({ ...options, ...place(base), baseDirectory: base });
  for (let next = await training.next(); ; next = await training.next()) if (next.done) return next.value;
}

function place(base = folder): { cacheDirectory: string; device: string; threads: number } {
  return { cacheDirectory: join(base, ".unipt", "features"), device: "cpu", threads: 1 };
}

async function open(run = directory, base = folder) {
  return desk.openRetrieval({ runDirectory: run, split: "test", ...place(base) });
}

async function allQueries(direction: RetrievalDirection): Promise<readonly RankedQuery[]> {
  const { queries } = await desk.listQueries({ split: "test", direction, sort: "dataOrder", offset: 0, limit: 1000 });
  return queries;
}

describe("a run that is open", () => {
  test("has the metrics that its training measured, and ranks that give them", async () => {
    const overview = await open();
    expect(overview.metrics).toEqual(summary.metrics.test);
    expect(overview).toMatchObject({ images: 20, captions: 20, device: "cpu", changes: [] });
    expect(overview.checkpoint).toMatchObject({ epoch: summary.best!.epoch, file: summary.best!.checkpoint });
    for (const direction of ["imageToText", "textToImage"] as const) {
      const ranks = (await allQueries(direction)).map(({ rank }) => rank - 1);
      expect(rankMetrics(Float64Array.from(ranks))).toEqual(overview.metrics[direction]);
    }
    expect(progress.at(-1)).toEqual({ split: "test", done: 40, total: 40 });
    expect(events.map(({ type }) => type)).toContain("deviceChosen");
  });

  test("has the layer confidence that its training stored for every image, and none for texts", async () => {
    const overview = await open();
    const bytes = await readFile(join(directory, "confidence.test.safetensors"));
    const { tensors } = decodeSafetensors(bytes, "confidence");
    const stored = [...(tensors["image"]!.data as Float32Array)];
    const queries = await allQueries("imageToText");
    expect(queries.flatMap(({ confidence }) => confidence)).toEqual(stored);
    expect(overview.confidence!["image"]!.map(({ layer }) => layer)).toHaveLength(2);
    expect((await allQueries("textToImage")).every(({ confidence }) => confidence === undefined)).toBe(true);
  });

  test("lists what fails worst first, in pages, filtered", async () => {
    await open();
    const request = { split: "test", direction: "textToImage", sort: "rank", offset: 0, limit: 1000 } as const;
    const { queries, total } = await desk.listQueries(request);
    expect(total).toBe(20);
    const ranks = queries.map(({ rank }) => rank);
    expect(ranks).toEqual(ranks.toSorted((a, b) => b - a));
    expect(ranks[0]).toBeGreaterThan(1);
    for (const { rank, margin } of queries) expect(margin! >= 0).toBe(rank === 1);
    const page = await desk.listQueries({ ...request, offset: 3, limit: 2 });
    expect(page).toEqual({ total: 20, offset: 3, queries: queries.slice(3, 5) });
    const failures = await desk.listQueries({ ...request, onlyFailures: true });
    expect(failures.total).toBe(ranks.filter((rank) => rank > 1).length);
    const reds = await desk.listQueries({ ...request, filter: " RED ", sort: "name", isReversed: true });
    expect(reds.queries.map(({ entry }) => entry.side === "text" && entry.text)).toEqual([
      "a red top",
      "a red right",
      "a red left",
      "a red bottom",
    ]);
  });

  test.each(["imageToText", "textToImage"] as const)("the answers to %s hold its rank", async (direction) => {
    await open();
    for (const { entry, rank, score } of await allQueries(direction)) {
      const reply = await desk.nearest({ split: "test", direction, query: entry.index, count: 3 });
      expect(reply.results.map((result) => result.score)).toEqual(
        reply.results.map((result) => result.score).toSorted((a, b) => b - a),
      );
      const right = reply.results.find(({ isRight }) => isRight) ?? reply.firstRight;
      expect(right).toMatchObject({ rank, score, isRight: true });
      expect(reply.firstRight === undefined).toBe(rank <= 3);
    }
  });

  test("another split is embedded beside the first", async () => {
    await open();
    const overview = await desk.openRetrieval({ runDirectory: directory, split: "val", ...place() });
    expect(overview.metrics).toEqual(summary.metrics.val);
    expect((await desk.nearest({ split: "test", direction: "textToImage", query: 0, count: 1 })).results).toHaveLength(
      1,
    );
    await expect(desk.nearest({ split: "train", direction: "textToImage", query: 0, count: 1 })).rejects.toThrow(
      UserError,
    );
  });
});

describe("a query from outside", () => {
  test("a caption that is typed in finds what the caption of the data finds", async () => {
    await open();
    for (const { entry } of (await allQueries("textToImage")).slice(0, 6)) {
      if (entry.side !== "text") throw new Error("Captions ask for images.");
      const known = await desk.nearest({ split: "test", direction: "textToImage", query: entry.index, count: 20 });
      const typed = await desk.searchText({ split: "test", text: entry.text, count: 20 });
      expect(typed.results.map((result) => result.entry.index)).toEqual(
        known.results.map((result) => result.entry.index),
      );
      for (const [i, { score, isRight }] of typed.results.entries()) {
        expect(score).toBeCloseTo(known.results[i]!.score, 5);
        expect(isRight).toBeUndefined();
      }
    }
  });

  test("an image file has the scores and the confidence of the image of the data", async () => {
    await open();
    const [query] = await allQueries("imageToText");
    if (query?.entry.side !== "image") throw new Error("Images ask for captions.");
    const known = await desk.nearest({ split: "test", direction: "imageToText", query: query.entry.index, count: 20 });
    const found = await desk.searchImage({ split: "test", path: query.entry.path, count: 20 });
    expect(found.confidence).toHaveLength(2);
    for (const [layer, share] of found.confidence!.entries()) expect(share).toBeCloseTo(query.confidence![layer]!, 5);
    for (const [i, { score }] of found.results.entries()) expect(score).toBeCloseTo(known.results[i]!.score, 5);
  });

  test("words that the tokenizer does not know are no error, a file that is no image is", async () => {
    await open();
    const { results } = await desk.searchText({ split: "test", text: "zebra 🦓 crossing", count: 5 });
    expect(results).toHaveLength(5);
    const path = join(folder, "pairs.jsonl");
    await expect(desk.searchImage({ split: "test", path, count: 5 })).rejects.toThrow(UserError);
  });
});

describe("a run that has not ended", () => {
  test("is browsed with its newest best checkpoint", async () => {
    const run = join(folder, "runs", "tiny.unipt.seed0.2");
    await cp(directory, run, { recursive: true });
    await rename(join(run, runFiles.summary), join(run, "kept.json"));
    const overview = await open(run);
    expect(overview.checkpoint.file).toBe(summary.best!.checkpoint);
    expect(overview.metrics).toEqual(summary.metrics.test);
    const checkpoints = join(run, runFiles.checkpoints);
    const newer = "best-00000099-w0001.safetensors";
    await cp(join(checkpoints, summary.best!.checkpoint), join(checkpoints, newer));
    expect((await open(run)).checkpoint.file).toBe(newer);
    await rm(checkpoints, { recursive: true });
    await expect(open(run)).rejects.toThrow(/no best checkpoint/);
  });
});

describe("what stands in the way", () => {
  test("files that have changed are named", async () => {
    const tokenizer = join(folder, "tokenizer.json");
    const content = await readFile(tokenizer, "utf8");
    await writeFile(tokenizer, `${content}\n`);
    desk = deskFor();
    expect((await open()).changes).toEqual([
      '"tokenizer.json" (text.backbone.tokenizer) has changed since the run was started: results may differ from the run\'s own.',
    ]);
    await writeFile(tokenizer, content);
  });

  test("a missing run is an error in a sentence, and the next question is answered", async () => {
    desk = deskFor();
    await expect(open(join(folder, "runs", "tiny.none.seed0"))).rejects.toThrow(UserError);
    await expect(desk.searchText({ split: "test", text: "a", count: 1 })).rejects.toThrow(/open one first/);
    expect((await open()).images).toBe(20);
  });

  test("embedding stops when it is told to", async () => {
    const stopping = new AbortController();
    stopping.abort();
    desk = deskFor(stopping.signal);
    await expect(open()).rejects.toThrow();
  });
});
