import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

import type { SplitConfig } from "../../../src/core/experiment/dataConfig";
import type { PairDataset } from "../../../src/engine/datasets/pairDataset";
import { assignSplits } from "../../../src/engine/datasets/assignSplits";
import { readPairs as readPairFiles } from "../../../src/engine/datasets/readPairs";

let folder: string;

const readPairs = (path: string, split?: SplitConfig): Promise<PairDataset> =>
  readPairFiles({ pairs: path, ...(split && { split }) }, "/nowhere");

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "pairs-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function write(name: string, content: string | Buffer = ""): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  return path;
}

const jsonLines = (...rows: object[]): string => rows.map((row) => JSON.stringify(row)).join("\n");

describe("JSON Lines", () => {
  test("resolves paths relative to the file and keeps order, captions and splits", async () => {
    write("images/a.png");
    write("b.jpg");
    const path = write(
      "data.jsonl",
      jsonLines(
        { image: "images/a.png", captions: ["one", " two "], split: "train" },
        { id: 7, image: "b.jpg", caption: "three", split: "Validation", extra: true },
      ),
    );
    expect(await readPairs(path)).toEqual({
      items: [
        { id: "images/a.png", imagePath: join(folder, "images/a.png"), captions: ["one", "two"], split: "train" },
        { id: "7", imagePath: join(folder, "b.jpg"), captions: ["three"], split: "val" },
      ],
      problems: [],
    });
  });

  test("merges rows of one image", async () => {
    write("a.png");
    const path = write(
      "data.jsonl",
      jsonLines({ image: "a.png", caption: "x", split: "test" }, { image: "./a.png", caption: "y", split: "test" }),
    );
    const { items } = await readPairs(path);
    expect(items.map(({ captions }) => captions)).toEqual([["x", "y"]]);
  });

  test("leaves bad rows out and says where and why", async () => {
    write("a.png");
    const path = write(
      "data.jsonl",
      [
        jsonLines({ image: "a.png", caption: "x", split: "train" }),
        "{not json",
        "",
        jsonLines({ img: "a.png", caption: "x" }),
        jsonLines({ image: "a.png", captions: [] }),
        jsonLines({ image: "a.png", caption: "y", split: "test" }),
        "[]",
      ].join("\r\n"),
    );
    const { items, problems } = await readPairs(path);
    expect(items).toHaveLength(1);
    expect(problems.map(({ file, line }) => [file, line])).toEqual([2, 4, 5, 7, 6].map((line) => [path, line]));
    expect(problems[0]?.message).toMatch(/^not valid JSON/);
    expect(problems[1]?.message).toMatch(/^"image" is missing; found the keys img, caption; expected a row like/);
    expect(problems[2]?.message).toMatch(/^"captions" is an empty list, not a list of texts that is not empty/);
    expect(problems[3]?.message).toMatch(/^is an empty list; expected a row like/);
    expect(problems[4]?.message).toMatch(/"a.png" is in split "test" here and "train" on line 1/);
  });

  test("reports missing images with count and first three names", async () => {
    write("here.png");
    const names = ["m1.png", "m2.png", "m3.png", "m4.png", "here.png"];
    const path = write("data.jsonl", jsonLines(...names.map((image) => ({ image, caption: "c" }))));
    const { items, problems } = await readPairs(path);
    expect(items.map(({ id }) => id)).toEqual(["here.png"]);
    expect(problems).toEqual([
      {
        file: path,
        line: 1,
        message:
          '4 of 5 images do not exist: "m1.png", "m2.png", "m3.png", …; paths start from the folder of the data file, or from "data.images"',
      },
    ]);
  });

  test("asks for a split where others name one, and knows the usual names", async () => {
    for (const name of ["a", "b", "c", "d"]) write(`${name}.png`);
    const path = write(
      "data.jsonl",
      jsonLines(
        { image: "a.png", caption: "c", split: "restval" },
        { image: "b.png", caption: "c" },
        { image: "c.png", caption: "c", split: "holdout" },
        { image: "d.png", caption: "c", split: "dev" },
      ),
    );
    const { items, problems } = await readPairs(path);
    expect(items.map(({ id, split }) => [id, split])).toEqual([
      ["a.png", "train"],
      ["d.png", "val"],
    ]);
    expect(problems.map(({ message }) => message)).toEqual([
      '"b.png" names no split although other rows do; write "train", "val" or "test"',
      '"c.png" has the unknown split "holdout"; write "train", "val" or "test"',
    ]);
  });

  test("refuses a file without any usable item in one sentence", async () => {
    const path = write("data.jsonl", jsonLines({ image: "gone.png", caption: "c" }));
    await expect(readPairs(path)).rejects.toThrow(
      /data\.jsonl" holds no usable image with a caption: line 1: 1 of 1 images do not exist: "gone\.png"/,
    );
  });
});

describe("JSON", () => {
  test("reads an array and counts rows", async () => {
    write("a.png");
    const path = write("data.json", JSON.stringify([{ image: "a.png", captions: ["c"] }, { image: 3 }]));
    const { items, problems } = await readPairs(path);
    expect(items).toHaveLength(1);
    expect(problems[0]?.message).toMatch(/^row 2: "image" is 3, not a text; expected a row like/);
  });

  test("takes one object a line for what it is, whatever the file is called", async () => {
    write("a.png");
    write("b.png");
    const path = write("data.json", jsonLines({ image: "a.png", caption: "c" }, { image: "b.png", caption: "d" }));
    expect((await readPairs(path)).items).toHaveLength(2);
  });
});

describe("CSV", () => {
  test("reads quoted texts, several rows an image and any usual separator", async () => {
    write("a.png");
    write("b.png");
    for (const separator of [",", ";", "\t"]) {
      const rows = [
        ["Image", "Caption", "split"],
        ["a.png", '"a ""red"" cat, lying;\non two lines\t"', "train"],
        ["b.png", "plain", "test"],
        ["a.png", "again", "train"],
      ];
      const path = write("data.csv", `\uFEFF${rows.map((row) => row.join(separator)).join("\r\n")}`);
      const { items, problems } = await readPairs(path);
      expect(problems).toEqual([]);
      expect(items.map(({ captions, split }) => [captions, split])).toEqual([
        [['a "red" cat, lying;\non two lines', "again"], "train"],
        [["plain"], "test"],
      ]);
    }
  });

  test("names the missing column and those found", async () => {
    const path = write("data.csv", "path,caption\na.png,c\n");
    await expect(readPairs(path)).rejects.toThrow(/has no column "image" \(found "path", "caption"\)/);
  });

  test("reports empty cells with their line", async () => {
    write("a.png");
    const path = write("data.csv", 'image,caption\na.png,"two\nlines"\n,c\na.png,\n');
    const { problems } = await readPairs(path);
    expect(problems.map(({ line }) => line)).toEqual([4, 5]);
  });

  test("names the line of a broken quote", async () => {
    const path = write("data.csv", 'image,caption\na.png,"open\n');
    await expect(readPairs(path)).rejects.toThrow(/data\.csv", line 2: .*double quotes/);
  });
});

describe("folder", () => {
  test("pairs images with texts of the same name and reads splits from subfolders", async () => {
    write("train/a.png");
    write("train/a.txt", "one\n\n two \n");
    write("test/deep/b.JPG");
    write("test/deep/b.txt", "three");
    write("test/lonely.webp");
    write("test/empty.gif");
    write("test/empty.txt", "\n");
    const { items, problems } = await readPairs(folder);
    expect(items.map(({ id, captions, split }) => [id, captions, split])).toEqual([
      [join("test/deep/b.JPG"), ["three"], "test"],
      [join("train/a.png"), ["one", "two"], "train"],
    ]);
    expect(problems.map(({ message }) => message)).toEqual([
      '"test/empty.txt" is empty; write a caption or remove the image',
      '"test/lonely.webp" has no text; put its captions, one a line, into "test/lonely.txt"',
    ]);
  });
});

describe("errors", () => {
  test("missing file", async () => {
    await expect(readPairs(join(folder, "none.csv"))).rejects.toThrow(
      /none\.csv" does not exist; correct "data\.pairs"/,
    );
  });

  test("unknown kind", async () => {
    await expect(readPairs(write("data.xlsx", "PK\u0003\u0004\0\0"))).rejects.toThrow(
      /data\.xlsx" is no text file; correct "data\.pairs"/,
    );
    await expect(readPairs(write("notes.txt", "some words\nand more"))).rejects.toThrow(
      /notes\.txt" is lines of text like "some words"; "data\.pairs" takes JSON Lines .*, CSV .*, Karpathy's JSON/,
    );
  });
});

describe("assignSplits", () => {
  const config = { train: 0.6, val: 0.2, test: 0.2, seed: 3 };

  test("keeps the shares and depends on the seed alone", () => {
    const first = assignSplits(50, config);
    expect(first.filter((split) => split === "train")).toHaveLength(30);
    expect(first.filter((split) => split === "val")).toHaveLength(10);
    expect(first.filter((split) => split === "test")).toHaveLength(10);
    expect(assignSplits(50, config)).toEqual(first);
    expect(assignSplits(50, { ...config, seed: 4 })).not.toEqual(first);
  });

  test("splits at random where no row names a split, and where the experiment says so", async () => {
    const rows = Array.from({ length: 20 }, (_, i) => ({ image: write(`${i}.png`), caption: "c" }));
    const path = write("data.jsonl", jsonLines(...rows));
    const count = async (...args: Parameters<typeof readPairs>): Promise<Record<string, number>> => {
      const counts: Record<string, number> = {};
      for (const { split } of (await readPairs(...args)).items) counts[split] = (counts[split] ?? 0) + 1;
      return counts;
    };
    expect(await count(path)).toEqual({ train: 16, val: 2, test: 2 });
    const named = write("named.jsonl", jsonLines(...rows.map((row) => ({ ...row, split: "test" }))));
    expect(await count(named, config)).toEqual({ train: 12, val: 4, test: 4 });
  });
});
