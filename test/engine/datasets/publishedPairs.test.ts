import { join } from "node:path";
import { describe, expect, test } from "vitest";

import type { PairDataConfig } from "../../../src/core/experiment/dataConfig";
import type { PairDataset } from "../../../src/engine/datasets/pairDataset";
import { readPairs } from "../../../src/engine/datasets/readPairs";
import { changed, complaints, useDataFolder } from "../../support/dataFolder";

const folder = useDataFolder();

const read = (pairs: PairDataConfig["pairs"], more: Partial<PairDataConfig> = {}): Promise<PairDataset> =>
  readPairs({ pairs, ...more }, folder.path);

describe("Karpathy's JSON", () => {
  const image = (filename: string, split: string, filepath?: string) => ({
    filename,
    ...(filepath !== undefined && { filepath }),
    split,
    imgid: 0,
    sentences: [{ raw: `One of ${filename}.`, tokens: ["one"], sentid: 1 }, { raw: " Two " }],
  });
  const coco = {
    dataset: "coco",
    images: [
      image("COCO_val2014_000000000001.jpg", "test", "val2014"),
      image("COCO_val2014_000000000002.jpg", "restval", "val2014"),
      image("COCO_train2014_000000000003.jpg", "train", "train2014"),
      image("COCO_val2014_000000000004.jpg", "val", "val2014"),
    ],
  };
  const touchImages = (): void => {
    folder.touch("coco/val2014/COCO_val2014_000000000001.jpg", "coco/val2014/COCO_val2014_000000000002.jpg");
    // One folder for all, as some unpack them.
    folder.touch("coco/COCO_train2014_000000000003.jpg", "coco/COCO_val2014_000000000004.jpg");
  };

  test("gives raw sentences, splits with restval for training, and finds images by path or name", async () => {
    touchImages();
    folder.write("dataset_coco.json", coco);
    const { items, problems } = await read("dataset_coco.json", { images: "coco" });
    expect(problems).toEqual([]);
    expect(items.map(({ id, split }) => [id, split])).toEqual([
      ["val2014/COCO_val2014_000000000001.jpg", "test"],
      ["val2014/COCO_val2014_000000000002.jpg", "train"],
      ["train2014/COCO_train2014_000000000003.jpg", "train"],
      ["val2014/COCO_val2014_000000000004.jpg", "val"],
    ]);
    expect(items[0]!.captions).toEqual(["One of COCO_val2014_000000000001.jpg.", "Two"]);
    expect(items[2]!.imagePath).toBe(join(folder.path, "coco/COCO_train2014_000000000003.jpg"));
  });

  test("gives each split its rows where one file stands for several", async () => {
    touchImages();
    folder.write("dataset_coco.json", coco);
    const file = "dataset_coco.json";
    const { items, problems } = await read({ train: file, val: file, test: file }, { images: "coco" });
    expect(items.map(({ split }) => split)).toEqual(["train", "train", "val", "test"]);
    expect(problems[0]?.message).toBe(
      '2 rows name another split than "train", which the experiment gives this file; they are left out of it',
    );
  });

  test("reads Flickr30K, whose images have no folder", async () => {
    folder.touch("flickr30k/1.jpg");
    folder.write("dataset_flickr30k.json", "\uFEFF" + JSON.stringify({ images: [image("1.jpg", "train")] }));
    expect((await read("dataset_flickr30k.json", { images: "flickr30k" })).items).toHaveLength(1);
  });

  test.each<[string, (copy: typeof coco) => void, RegExp]>([
    [
      "no file name",
      (c) => delete (c.images[1] as { filename?: string }).filename,
      /^images\[1\]: "filename" is missing; found the keys filepath/,
    ],
    ["no split", (c) => delete (c.images[1] as { split?: string }).split, /^images\[1\]: "split" is missing/],
    [
      "an unknown split",
      (c) => (c.images[1]!.split = "holdout"),
      /^images\[1\]: .* has the unknown split "holdout"; write "train"/,
    ],
    ["no sentences", (c) => (c.images[1]!.sentences = []), /^images\[1\]: "sentences" is an empty list, not/],
    [
      "a sentence without text",
      (c) => (c.images[1]!.sentences[1] = {} as never),
      /^images\[1\]: "sentences\[1\].raw" is missing; found no keys/,
    ],
    [
      "a sentence of another type",
      (c) => (c.images[1]!.sentences[0]!.raw = 7 as never),
      /"sentences\[0\].raw" is 7, not a text/,
    ],
    ["a number for a path", (c) => (c.images[1]!.filepath = 1e300 as never), /"filepath" is 1e\+300, not a folder/],
    [
      "an entry that is no object",
      (c) => (c.images[1] = null as never),
      /^images\[1\]: is null; expected an entry like/,
    ],
    [
      "a missing image",
      (c) => (c.images[1]!.filename = "gone.jpg"),
      /^1 of 4 images do not exist: "val2014\/gone.jpg"/,
    ],
    [
      "one image in two splits",
      (c) => (c.images[1] = { ...c.images[0]!, split: "train" }),
      /is in split "train" here and "test" in images\[0\]/,
    ],
    ["a path that leads elsewhere", (c) => (c.images[1]!.filename = "../../../../etc/none"), /do not exist/],
  ])("names what is wrong with %s", async (_, change, expected) => {
    touchImages();
    folder.write("dataset_coco.json", changed(coco, change));
    expect((await complaints(read("dataset_coco.json", { images: "coco" })))[0]).toMatch(expected);
  });

  test.each<[string, string, RegExp]>([
    [
      "cut off",
      JSON.stringify(coco).slice(0, 200),
      /"[^"]+dataset.json" is not valid JSON \(.*\); copy it again if it is cut off/,
    ],
    ["empty", "", /dataset.json" is empty; correct "data.pairs"/],
    ["empty but for spaces", " \r\n", /is empty/],
    [
      "without images",
      '{"dataset": "coco", "images": []}',
      /is JSON with the keys dataset, images; "data.pairs" takes JSON Lines/,
    ],
    ["with images of another type", '{"images": {"0": {}}}', /is JSON with the keys images/],
    ["with reserved keys only", '{"__proto__": {"images": [{"sentences": []}]}}', /is JSON with the keys __proto__/],
    ["a number", "17", /is lines of text like "17"/],
    ["UTF-16", "\uFEFF{}", /is UTF-16 text; save it as UTF-8/],
  ])("refuses a file that is %s", async (name, content, expected) => {
    folder.write("dataset.json", name === "UTF-16" ? Buffer.from(content, "utf16le") : content);
    expect(await complaints(read("dataset.json"))).toEqual([expect.stringMatching(expected)]);
  });
});

describe("the text files of VSE∞", () => {
  const numbered = (count: number, text: (index: number) => string): string =>
    Array.from({ length: count }, (_, index) => text(index)).join("\n") + "\n";
  const writeSplit = (split: string, ids: string): void => {
    folder.write(
      `f30k/precomp/${split}_caps.txt`,
      numbered(10, (i) => `Caption ${i} of ${split}, with a comma`),
    );
    folder.write(`f30k/precomp/${split}_ids.txt`, ids);
  };
  const writeAll = (): void => {
    folder.write("f30k/id_mapping.json", {
      0: "0.jpg",
      1: "sub/1.jpg",
      2: "2.jpg",
      3: "3.jpg",
      4: "4.jpg",
      5: "5.jpg",
    });
    folder.touch(...["0", "sub/1", "2", "3", "4", "5"].map((name) => `f30k/flickr30k-images/${name}.jpg`));
    writeSplit("train", "0\n1\n");
    writeSplit(
      "dev",
      numbered(10, (i) => (i < 5 ? "2" : "3")),
    );
    writeSplit("test", "4\r\n5\r\n");
  };

  test("pair five captions with an id, or one with one, and take images from the release's folders", async () => {
    writeAll();
    const { items, problems } = await read("f30k");
    expect(problems).toEqual([]);
    expect(items.map(({ id, split, captions }) => [id, split, captions.length])).toEqual([
      ["0.jpg", "train", 5],
      ["sub/1.jpg", "train", 5],
      ["2.jpg", "val", 5],
      ["3.jpg", "val", 5],
      ["4.jpg", "test", 5],
      ["5.jpg", "test", 5],
    ]);
    expect(items[1]!.captions[0]).toBe("Caption 5 of train, with a comma");
    expect(items[1]!.imagePath).toBe(join(folder.path, "f30k/flickr30k-images/sub/1.jpg"));
  });

  test("prefer testall, and can be named one by one", async () => {
    writeAll();
    writeSplit("testall", "5\n4\n");
    const test = (await read("f30k")).items.filter(({ split }) => split === "test");
    expect(test.map(({ id }) => id)).toEqual(["5.jpg", "4.jpg"]);
    const named = await read({ train: "f30k", test: "f30k/precomp/test_caps.txt" });
    expect(named.items.map(({ id, split }) => [id, split])).toEqual([
      ["0.jpg", "train"],
      ["sub/1.jpg", "train"],
      ["4.jpg", "test"],
      ["5.jpg", "test"],
    ]);
  });

  test("use the first 5000 captions of dev, as the release does, and say so", async () => {
    writeAll();
    folder.write(
      "f30k/precomp/dev_caps.txt",
      numbered(5005, (i) => `c${i}`),
    );
    folder.write(
      "f30k/precomp/dev_ids.txt",
      numbered(5005, () => "2"),
    );
    const { items, problems } = await read({ val: "f30k" });
    expect(items.map(({ captions }) => captions.length)).toEqual([5000]);
    expect(problems[0]?.message).toMatch(/^only the first 5000 captions of dev are used/);
  });

  test.each<[string, () => void, RegExp]>([
    [
      "too few ids",
      () => writeSplit("train", "0\n"),
      /train_ids.txt" has 1 ids for 10 captions; it must have one per caption/,
    ],
    ["no ids", () => writeSplit("train", ""), /train_ids.txt" is empty/],
    [
      "an id that is no number",
      () => writeSplit("train", "0\nx1\n"),
      /^line 6: its image id "x1" is not in ".*id_mapping.json"/,
    ],
    ["an id that is not mapped", () => writeSplit("train", "0\n99\n"), /^line 6: its image id "99" is not in/],
    ["a huge id", () => writeSplit("train", `0\n${"9".repeat(400)}\n`), /^line 6: its image id "9{40,}….? is not in/],
    ["a reserved id", () => writeSplit("train", "0\n__proto__\n"), /^line 6: its image id "__proto__" is not in/],
    [
      "an empty caption",
      () => folder.write("f30k/precomp/train_caps.txt", "a\n\nb\n".padEnd(12, "c\n")),
      /^line 2: is empty; write a caption/,
    ],
    [
      "a mapping that is no map",
      () => folder.write("f30k/id_mapping.json", []),
      /id_mapping.json" must map ids to image file names/,
    ],
    ["a mapping to numbers", () => folder.write("f30k/id_mapping.json", { 0: 1 }), /id_mapping.json" must map ids/],
    [
      "a mapping that is cut off",
      () => folder.write("f30k/id_mapping.json", '{"0": "a'),
      /id_mapping.json" is not valid JSON/,
    ],
    [
      "images that are gone",
      () => folder.write("f30k/id_mapping.json", { 0: "x.jpg", 1: "sub/1.jpg" }),
      /^line 1: 1 of 2 images do not exist: "x.jpg"/,
    ],
    [
      "captions of UTF-16",
      () => folder.write("f30k/precomp/train_caps.txt", Buffer.from("\uFEFFa\n", "utf16le")),
      /train_caps.txt" is UTF-16/,
    ],
  ])("name what is wrong with %s", async (_, spoil, expected) => {
    writeAll();
    spoil();
    expect((await complaints(read({ train: "f30k" })))[0]).toMatch(expected);
  });

  test("name the files that a folder lacks", async () => {
    writeAll();
    expect(await complaints(read({ test: "f30k/precomp/none_caps.txt" }))).toEqual([
      expect.stringMatching(/none_caps.txt" does not exist; correct "data.pairs.test"/),
    ]);
    folder.write("other/id_mapping.json", {});
    expect(await complaints(read("other"))).toEqual([expect.stringMatching(/has no file "train_caps.txt"/)]);
  });
});

describe("COCO captions", () => {
  const coco = {
    info: {},
    images: [
      { id: 9, file_name: "000000000009.jpg", coco_url: "http://images.cocodataset.org/train2017/000000000009.jpg" },
      { id: 10, file_name: "000000000010.jpg", height: 4, width: 5 },
      { id: 11, file_name: "COCO_train2014_000000000011.jpg" },
    ],
    annotations: [
      { id: 1, image_id: 9, caption: "A dog.\n" },
      { id: 2, image_id: 11, caption: "A cat." },
      { id: 3, image_id: 9, caption: "A big dog." },
      { id: 4, image_id: 10, caption: "A fish." },
    ],
  };
  const touchImages = (): void => {
    folder.touch("coco/train2017/000000000009.jpg", "coco/train2017/000000000010.jpg");
    folder.touch("coco/train2014/COCO_train2014_000000000011.jpg");
  };

  test("gather captions by image and find images where COCO's archives put them", async () => {
    touchImages();
    folder.write("annotations/captions_train2017.json", coco);
    const { items, problems } = await read({ train: "annotations/captions_train2017.json" }, { images: "coco" });
    expect(problems).toEqual([]);
    expect(items.map(({ id, captions, split }) => [id, captions, split])).toEqual([
      ["000000000009.jpg", ["A dog.", "A big dog."], "train"],
      ["000000000010.jpg", ["A fish."], "train"],
      ["COCO_train2014_000000000011.jpg", ["A cat."], "train"],
    ]);
  });

  test.each<[string, (copy: typeof coco) => void, RegExp]>([
    [
      "an annotation of no image",
      (c) => (c.annotations[1]!.image_id = 12),
      /^annotations\[1\]: "image_id" 12 is the id of no image of the file/,
    ],
    [
      "no image id",
      (c) => delete (c.annotations[1] as { image_id?: number }).image_id,
      /^annotations\[1\]: "image_id" is missing; found the keys id, caption/,
    ],
    [
      "a fractional id",
      (c) => (c.annotations[1]!.image_id = 1.5),
      /^annotations\[1\]: "image_id" is 1.5, not a text or a whole number/,
    ],
    [
      "an id too large to be exact",
      (c) => (c.annotations[1]!.image_id = 2 ** 60),
      /is 1152921504606847000, not a text or a whole number/,
    ],
    [
      "a caption of another type",
      (c) => (c.annotations[1]!.caption = ["x"] as never),
      /^annotations\[1\]: "caption" is a list, not a text/,
    ],
    [
      "an empty caption",
      (c) => (c.annotations[1]!.caption = " "),
      /^annotations\[1\]: "caption" is " ", not a text that is not empty/,
    ],
    ["an image twice", (c) => (c.images[1]!.id = 9), /^images\[1\]: the id 9 occurs twice; give every image its own/],
    [
      "an image without name",
      (c) => delete (c.images[1] as { file_name?: string }).file_name,
      /^images\[1\]: "file_name" is missing/,
    ],
    ["a negative size", (c) => (c.images[1]!.height = -4), /^images\[1\]: "height" is -4, not a number of pixels/],
    [
      "an image without caption",
      (c) => c.annotations.pop(),
      /^images\[1\]: "000000000010.jpg" has no caption, like 1 images altogether/,
    ],
    ["a missing image", (c) => (c.images[1]!.file_name = "gone.jpg"), /^1 of 3 images do not exist: "gone.jpg"/],
    [
      "annotations of objects",
      (c) => (c.annotations = [{ bbox: [1, 2, 3, 4] }] as never),
      /is JSON with the keys info, images, annotations; "data\.pairs\.train" takes/,
    ],
  ])("name what is wrong with %s", async (_, change, expected) => {
    touchImages();
    folder.write("captions_train2017.json", changed(coco, change));
    expect((await complaints(read({ train: "captions_train2017.json" }, { images: "coco" })))[0]).toMatch(expected);
  });
});

describe("Flickr8k's token file", () => {
  const tokens = ["a.jpg#0\tOne .", "a.jpg#1\tTwo .", "b.jpg#0\tThree .", "c.jpg#0\tFour ."].join("\r\n");

  test("takes splits from the lists beside it", async () => {
    folder.touch("images/a.jpg", "images/b.jpg", "images/c.jpg");
    folder.write("Flickr8k.token.txt", tokens);
    expect((await read("Flickr8k.token.txt", { images: "images" })).items).toHaveLength(3); // at random
    folder.write("Flickr_8k.trainImages.txt", "a.jpg\r\n");
    folder.write("Flickr_8k.devImages.txt", "b.jpg\n");
    const { items, problems } = await read("Flickr8k.token.txt", { images: "images" });
    expect(items.map(({ id, captions, split }) => [id, captions, split])).toEqual([
      ["a.jpg", ["One .", "Two ."], "train"],
      ["b.jpg", ["Three ."], "val"],
    ]);
    expect(problems.map(({ message }) => message)).toEqual([
      "1 captions are of images in no list of a split; they are left out",
    ]);
  });

  test("reports broken lines and missing images", async () => {
    folder.touch("a.jpg");
    folder.write("tokens.txt", `${tokens}\nno caption\nd.jpg#0\t \n`);
    expect(await complaints(read("tokens.txt"))).toEqual([
      'line 5: is no line like "image.jpg#0<tab>a text"; write one or remove it',
      'line 6: is no line like "image.jpg#0<tab>a text"; write one or remove it',
      expect.stringMatching(/^line 3: 2 of 3 images do not exist: "b.jpg", "c.jpg"/),
    ]);
  });
});

describe("several files", () => {
  test("are read one after the other, each in its own way", async () => {
    folder.touch("a/1.jpg", "b/1.jpg");
    folder.write("a/pairs.jsonl", '{"image": "1.jpg", "caption": "x", "split": "train"}');
    folder.write("b/pairs.csv", "image,caption,split\n1.jpg,y,train\n");
    const { items } = await read(["a/pairs.jsonl", "b/pairs.csv"]);
    expect(items.map(({ imagePath, captions }) => [imagePath, captions])).toEqual([
      [join(folder.path, "a/1.jpg"), ["x"]],
      [join(folder.path, "b/1.jpg"), ["y"]],
    ]);
  });

  test("are not divided at random unless the experiment says so", async () => {
    folder.touch("1.jpg", "2.jpg");
    folder.write("train.csv", "image,caption\n1.jpg,x\n");
    folder.write("test.csv", "image,caption\n2.jpg,y\n");
    expect(await complaints(read(["train.csv", "test.csv"]))).toEqual([
      expect.stringMatching(/^Neither ".*train.csv" nor ".*test.csv" names splits; write \{ "train": …/),
    ]);
    const half = { train: 0.5, val: 0, test: 0.5, seed: 0 };
    const drawn = await read(["train.csv", "test.csv"], { split: half });
    expect(drawn.items.map(({ split }) => split).sort()).toEqual(["test", "train"]);
    const named = await read({ train: "train.csv", val: "test.csv", test: "test.csv" });
    expect(named.items.map(({ split }) => split)).toEqual(["train", "val", "test"]);
  });

  test("keep ids apart", async () => {
    folder.touch("1.jpg", "2.jpg", "3.jpg");
    folder.write(
      "pairs.jsonl",
      ["1", "2", "3"]
        .map((n) => JSON.stringify({ id: n === "3" ? 1 : Number(n), image: `${n}.jpg`, caption: "x", split: "val" }))
        .join("\n"),
    );
    expect(await complaints(read("pairs.jsonl"))).toEqual([
      'line 3: the id "1" occurs twice in the split "val"; give every row its own',
    ]);
  });
});
