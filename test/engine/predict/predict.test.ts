import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Embeddings, similarities, topAnswers } from "../../../src/core/datasets/metrics/queryRanks";
import { openModel } from "../../../src/engine/openModel";
import { predict } from "../../../src/engine/predict/predict";
import type { PredictReply, PredictRequest } from "../../../src/protocol/predict";
import { colours, places, writeTinyExperiment } from "../../support/tinyExperiment";
import { writeTinyGrounding } from "../../support/tinyGrounding";
import { writeTinyQuestions } from "../../support/tinyQuestions";
import { trainFirst } from "../../support/trainPlan";

let directory = "";
let run = "";
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "unipt-predict-"));
  const { file } = await writeTinyExperiment(directory, (config) => ({ ...config, variants: undefined }));
  run = (await trainFirst(file)).directory;
}, 120_000);
afterAll(() => rm(directory, { recursive: true, force: true }));

async function predicted(request: Partial<PredictRequest>): Promise<PredictReply> {
  const place = { runDirectory: run, cacheDirectory: join(directory, "cache"), signal: new AbortController().signal };
  const predicting = predict({ ...place, images: [], texts: [], videos: [], split: "test", count: 3, ...request });
  let next = await predicting.next();
  while (!next.done) next = await predicting.next();
  return next.value;
}

test("a text finds its images, an image its captions, each in the order of the queries", async () => {
  const image = join(directory, "images", "000.png");
  const { kind, predictions } = await predicted({ texts: ["a red top", "a blue left"], images: [image] });
  expect(kind).toBe("rankings");
  expect(predictions).toHaveLength(3);
  const [red, blue, pixels] = predictions as Extract<PredictReply, { kind: "rankings" }>["predictions"];
  expect([red?.query, blue?.query, pixels?.query]).toEqual(["a red top", "a blue left", image]);
  for (const { results } of [red!, blue!, pixels!]) {
    expect(results.map(({ rank }) => rank)).toEqual([1, 2, 3]);
    expect(results[0]!.similarity).toBeGreaterThanOrEqual(results[1]!.similarity);
  }
  // Both are of the test split, so the run's own embeddings tell what is most similar to them.
  const { image: images, text: texts } = await embedded();
  const nearest = (query: Embeddings, row: number, answers: Embeddings): number[] =>
    topAnswers(similarities(query, row, answers), 3).map(({ index }) => index);
  const name = (index: number): string => join(directory, "images", `${String(5 * index).padStart(3, "0")}.png`);
  expect(red?.results.map(({ path }) => path)).toEqual(nearest(texts, 0, images).map(name));
  expect(pixels?.results.map(({ id }) => join(directory, id))).toEqual(nearest(images, 0, texts).map(name));
});

/** Embeddings of the test split: every fifth image, and its caption. */
async function embedded(): Promise<Record<"image" | "text", Embeddings>> {
  const place = { runDirectory: run, cacheDirectory: join(directory, "cache"), signal: new AbortController().signal };
  const opening = openModel(place);
  let next = await opening.next();
  while (!next.done) next = await opening.next();
  const outputs = await next.value.evaluator.collect("test");
  await next.value.close();
  const of = (side: string): Embeddings => {
    const { shape, data } = outputs[side]!["embedding"]!;
    return { values: data as Float32Array, width: shape[1]! };
  };
  return { image: of("image"), text: of("text") };
}

test("says what it cannot do", async () => {
  await expect(predicted({})).rejects.toThrow("nothing to predict");
  await expect(predicted({ videos: ["clip.mp4"] })).rejects.toThrow("takes no video");
  await expect(predicted({ images: [join(directory, "none.png")] })).rejects.toThrow("none.png");
});

test("questions about images are answered, the most probable answer first", { timeout: 120_000 }, async () => {
  const place = join(directory, "questions");
  const { file } = await writeTinyQuestions(place);
  const { directory: trained } = await trainFirst(file);
  const image = join(place, "images", (await readdir(join(place, "images"))).sort()[0] ?? "");
  const paths = { runDirectory: trained, cacheDirectory: join(place, "cache") };
  const reply = await predicted({ ...paths, images: [image], texts: ["colour please", "side please"], count: 2 });
  if (reply.kind !== "answers") throw new Error("Questions are answered.");
  expect(reply.predictions.map(({ question }) => question)).toEqual(["colour please", "side please"]);
  // Whatever the image shows, the kind of answer is learned first.
  const [colour, side] = reply.predictions.map(({ answers }) => answers[0]!.answer);
  expect([...Object.keys(colours), "bright"]).toContain(colour);
  expect(places).toContain(side);
  for (const { answers } of reply.predictions) {
    expect(answers).toHaveLength(2);
    expect(answers[0]!.probability).toBeGreaterThanOrEqual(answers[1]!.probability);
  }
  await expect(predicted({ ...paths, texts: ["colour please"] })).rejects.toThrow("give --image and --text");
});

test("expressions find boxes in new images, which are drawn on request", { timeout: 120_000 }, async () => {
  const place = join(directory, "grounding");
  const { file } = await writeTinyGrounding(place, (config) => ({
    ...config,
    training: { ...config.training, epochs: 1 },
  }));
  const { directory: trained } = await trainFirst(file);
  const image = join(place, "images", (await readdir(join(place, "images"))).sort()[0] ?? "");
  const paths = { runDirectory: trained, cacheDirectory: join(place, "cache") };
  const drawInto = join(place, "drawn");
  const reply = await predicted({ ...paths, images: [image], texts: ["the red square"], count: 2, drawInto });
  if (reply.kind !== "boxes") throw new Error("Expressions mean boxes.");
  const [{ boxes, drawing } = { boxes: [] }] = reply.predictions;
  expect(boxes).toHaveLength(2);
  expect(boxes[0]!.score).toBeGreaterThanOrEqual(boxes[1]!.score);
  for (const side of boxes[0]!.box) expect(Number.isFinite(side)).toBe(true);
  const { width, height } = await sharp(drawing).metadata();
  expect([width, height]).toEqual([50, 36]);
});
