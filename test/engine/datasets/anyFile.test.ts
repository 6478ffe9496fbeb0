import fc from "fast-check";
import { readFileSync, truncateSync } from "node:fs";
import { describe, expect, test } from "vitest";

import { UserError } from "../../../src/core/errors";
import type { Dataset } from "../../../src/engine/datasets/dataset";
import { readClips } from "../../../src/engine/datasets/readClips";
import { readExpressions } from "../../../src/engine/datasets/readExpressions";
import { readPairs } from "../../../src/engine/datasets/readPairs";
import { readQuestions } from "../../../src/engine/datasets/readQuestions";
import { complaints, useDataFolder } from "../../support/dataFolder";

const folder = useDataFolder();

type Reader = (file: string) => Promise<Dataset<unknown>>;

const readers: Readonly<Record<string, Reader>> = {
  pairs: (file) => readPairs({ pairs: file }, folder.path),
  clips: (file) => readClips({ clips: file }, folder.path),
  questions: (file) => readQuestions({ questions: file }, folder.path),
  expressions: (file) => readExpressions({ expressions: file }, folder.path),
};

/** Words that formats are told by, and values that none of them expects. */
const keys = fc.constantFrom(
  ...[
    "images",
    "annotations",
    "sentences",
    "videos",
    "questions",
    "categories",
    "id",
    "image_id",
    "file_name",
    "caption",
  ],
  ...[
    "filename",
    "raw",
    "split",
    "video_id",
    "question",
    "question_id",
    "imageId",
    "img_id",
    "sent",
    "label",
    "answers",
  ],
  ...[
    "bbox",
    "category_id",
    "name",
    "image",
    "captions",
    "video",
    "answer",
    "expression",
    "box",
    "spans",
    "tokens_positive",
  ],
  ...["__proto__", "constructor", "toString"],
);
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.constantFrom<unknown>(null, true, 0, -1, 1e308, 0.5, 2 ** 60, "", "a.png", "train", "\0", "../x", "é🐱"),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.array(fc.tuple(keys, tie("value")), { maxLength: 5 }).map((entries) => Object.fromEntries(entries) as unknown),
  ),
}));
const files = fc.oneof(
  fc.tuple(
    fc.constant("data.json"),
    value.map((any) => JSON.stringify(any)),
  ),
  fc.tuple(
    fc.constant("data.jsonl"),
    fc.array(value, { maxLength: 4 }).map((rows) => rows.map((row) => JSON.stringify(row)).join("\n")),
  ),
  fc.tuple(
    fc.constantFrom("data.csv", "data.txt"),
    fc.array(fc.oneof(keys, fc.constantFrom(",", "\n", '"', ";", "\t", "#0\t"))).map((words) => words.join("")),
  ),
  fc.tuple(fc.constantFrom("data.json", "train_caps.txt"), fc.string({ unit: "binary", maxLength: 40 })),
);

describe.each(Object.entries(readers))("any file of %s", (_, read) => {
  test("is read or refused in words", async () => {
    folder.touch("a.png");
    await fc.assert(
      fc.asyncProperty(files, async ([name, content]) => {
        folder.write(name, content);
        try {
          await read(name);
        } catch (error) {
          expect(error).toBeInstanceOf(UserError);
        }
      }),
      { numRuns: 150 },
    );
  });

  test("is refused in words when it is too long for a text, too deep, or a folder of nothing", async () => {
    truncateSync(folder.write("long.json"), 600 * 2 ** 20);
    folder.write("deep.json", "[".repeat(100_000) + "]".repeat(100_000));
    folder.touch("empty/none");
    expect(await complaints(read("long.json"))).toEqual([
      expect.stringMatching(/has 600 MiB, and files are read up to 511 MiB; split it/),
    ]);
    expect((await complaints(read("deep.json")))[0]).toMatch(/is a list|not valid JSON/);
    expect(await complaints(read("empty"))).toHaveLength(1);
    expect(await complaints(read("gone.json"))).toEqual([
      expect.stringMatching(/gone.json" does not exist; correct "data\.\w+"/),
    ]);
  });
});

test("the examples of docs/data.md are read without complaint", async () => {
  folder.touch("photos/1.jpg", "photos/2.jpg", "clips/1.mp4", "clips/2.mp4");
  const docs = readFileSync(new URL("../../../docs/data.md", import.meta.url), "utf8");
  const examples = [...docs.matchAll(/key `(\w+)`\)\n\n```jsonl\n([^`]+)```/g)];
  expect(examples.map(([, key]) => key)).toEqual(Object.keys(readers));
  for (const [, key = "", rows = ""] of examples) {
    folder.write(`${key}.jsonl`, rows);
    const { items, problems } = await readers[key]!(`${key}.jsonl`);
    expect(problems).toEqual([]);
    expect(items.length).toBeGreaterThan(0);
  }
  folder.write("pairs.csv", /```csv\n([^`]+)```/.exec(docs)?.[1]);
  expect((await readers["pairs"]!("pairs.csv")).items).toHaveLength(1);
});
