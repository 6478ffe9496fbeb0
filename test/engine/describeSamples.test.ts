import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeSamples } from "../../src/engine/describeSamples";
import { sha256OfFile } from "../../src/engine/training/fileFingerprints";
import { sampleRun } from "../support/sampleRun";

let folder: string;
let runDirectory: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "unipt-samples-"));
  runDirectory = join(folder, "runs", "emoji-scenes.unipt.seed0");
  await mkdir(runDirectory, { recursive: true });
  const rows = ["train", "test", "val", "test"].map((split, i) => ({
    image: `${i}.png`,
    captions: [`first of ${i}`, `second of ${i}`],
    split,
  }));
  for (const { image } of rows) await writeFile(join(folder, image), "not decoded here");
  const pairs = join(folder, "scenes.jsonl");
  await writeFile(pairs, rows.map((row) => JSON.stringify(row)).join("\n"));
  const { manifest } = sampleRun();
  const fingerprint = { path: "scenes.jsonl", bytes: 1, sha256: await sha256OfFile(pairs) };
  const files = { ...manifest.files, "data.pairs": fingerprint };
  await writeFile(join(runDirectory, "config.json"), JSON.stringify({ ...manifest, baseDirectory: folder, files }));
});
afterAll(() => rm(folder, { recursive: true }));

test("names the images and captions behind positions of a split", async () => {
  const request = { runDirectory, split: "test" } as const;
  const images = await describeSamples({ ...request, modality: "image", rows: [1, 0], count: 2 });
  expect(images.isChanged).toBe(false);
  expect(images.entries).toMatchObject([
    { side: "image", id: "3.png", path: join(folder, "3.png"), captions: ["first of 3", "second of 3"] },
    { side: "image", id: "1.png" },
  ]);
  const captions = await describeSamples({ ...request, modality: "text", rows: [2], count: 4 });
  expect(captions.entries).toMatchObject([{ side: "text", text: "first of 3", image: { id: "3.png" } }]);
});

test("names nothing when the split has another size, or the data are not what they were", async () => {
  const request = { runDirectory, split: "test", modality: "image", rows: [0] } as const;
  expect(await describeSamples({ ...request, count: 3 })).toEqual({ entries: [], isChanged: true });
  await writeFile(join(folder, "scenes.jsonl"), JSON.stringify({ image: "0.png", captions: ["x"], split: "test" }));
  expect(await describeSamples({ ...request, count: 1 })).toEqual({ entries: [], isChanged: true });
});
