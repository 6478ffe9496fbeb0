import { join } from "node:path";
import { describe, expect, test } from "vitest";

import type { ExpressionDataConfig } from "../../../src/core/experiment/dataConfig";
import type { ExpressionDataset } from "../../../src/engine/datasets/expressionDataset";
import { readExpressions } from "../../../src/engine/datasets/readExpressions";
import { changed, complaints, jsonLines, useDataFolder } from "../../support/dataFolder";

const folder = useDataFolder();

const read = (
  expressions: ExpressionDataConfig["expressions"],
  more: Partial<ExpressionDataConfig> = {},
): Promise<ExpressionDataset> => readExpressions({ expressions, ...more }, folder.path);

describe("one's own expressions", () => {
  const row = (more: object = {}) => ({ image: "a.png", expression: "the 🐱 on the left", box: [1, 2, 3, 4], ...more });

  test("mean a box, and speak of it as a whole or in spans of characters", async () => {
    folder.touch("a.png");
    folder.write(
      "expressions.jsonl",
      jsonLines(
        row({ split: "train" }),
        row({
          id: 7,
          spans: [
            [4, 5],
            [13, 17],
          ],
          height: 10,
          width: 20,
          split: "val",
        }),
      ),
    );
    const { items, problems } = await read("expressions.jsonl");
    expect(problems).toEqual([]);
    const caption = "the 🐱 on the left";
    expect(items).toEqual([
      {
        id: "a.png#0",
        imagePath: join(folder.path, "a.png"),
        imageSize: undefined,
        caption,
        box: [1, 2, 3, 4],
        spans: [[0, caption.length]],
        split: "train",
      },
      expect.objectContaining({
        id: "7",
        imageSize: [10, 20],
        spans: [
          [4, 6],
          [14, 18],
        ],
      }),
    ]);
    expect(items[1]!.spans.map(([begin, end]) => caption.slice(begin, end))).toEqual(["🐱", "left"]);
  });

  test("come from a table", async () => {
    folder.touch("a.png");
    folder.write(
      "expressions.csv",
      'image,expression,box,split\r\na.png,"left, up",10 20 30.5 40,train\r\na.png,right,"[1, 2, 3, 4]",test\r\na.png,none,1 2 x 4,test\r\n',
    );
    const { items, problems } = await read("expressions.csv");
    expect(items.map(({ caption, box, split }) => [caption, box, split])).toEqual([
      ["left, up", [10, 20, 30.5, 40], "train"],
      ["right", [1, 2, 3, 4], "test"],
    ]);
    expect(problems[0]).toMatchObject({
      line: 4,
      message: "the box [1, 2, NaN, 4] is not four numbers of pixels [x, y, width, height]",
    });
  });

  test.each<[string, object | string, RegExp]>([
    [
      "no expression",
      { image: "a.png", box: [1, 2, 3, 4] },
      /^line 1: "expression" is missing; found the keys image, box; expected a row like/,
    ],
    ["an empty expression", row({ expression: " " }), /^line 1: "expression" is " ", not a text that is not empty/],
    ["no box", row({ box: undefined }), /^line 1: "box" is missing/],
    ["a box of three numbers", row({ box: [1, 2, 3] }), /^line 1: "box" is a list, not a box \[x, y, width, height\]/],
    ["a box of texts", row({ box: ["1", "2", "3", "4"] }), /^line 1: "box\[0\]" is "1", not a number/],
    [
      "a box of negative width",
      row({ box: [5, 5, -3, 4] }),
      /^line 1: the box \[5, 5, -3, 4\] is -3 wide and 4 high; write .* positive sizes/,
    ],
    [
      "a box of huge numbers",
      row({ box: [1e308, 1e308, 1e308, 1e308] }),
      /^line 1: the box \[.*\] is not four numbers of pixels/,
    ],
    [
      "a box that begins outside",
      row({ box: [-30, 2, 40, 4] }),
      /^line 1: the box \[-30, 2, 40, 4\] reaches beyond its image; write \[x, y, width, height\], not corners/,
    ],
    [
      "corners for a box",
      row({ box: [100, 50, 300, 200], height: 200, width: 300 }),
      /reaches beyond its image of 300 × 200 pixels/,
    ],
    ["a size that is no number", row({ height: "10" }), /^line 1: "height" is "10", not a number of pixels/],
    [
      "a span beyond the text",
      row({ spans: [[4, 99]] }),
      /^line 1: the span \[4, 99\] is not within the 17 characters of its text; write \[begin, end\) from 0/,
    ],
    ["an empty span", row({ spans: [[4, 4]] }), /^line 1: the span \[4, 4\] is not within/],
    ["a fraction of a character", row({ spans: [[0.5, 4]] }), /^line 1: the span \[0.5, 4\] is not within/],
    ["spans that are numbers", row({ spans: [0, 4] }), /^line 1: "spans\[0\]" is 0, not a span \[begin, end\]/],
    ["a missing image", row({ image: "gone.png" }), /^line 1: 1 of 2 images do not exist: "gone.png"/],
    ["a broken line", '{"image": "a.png", "expression": "x', /^line 1: not valid JSON/],
  ])("are refused in words with %s", async (_, line, expected) => {
    folder.touch("a.png");
    folder.write(
      "expressions.jsonl",
      `${typeof line === "string" ? line : JSON.stringify(line)}\r\n${jsonLines(row())}`,
    );
    expect((await complaints(read("expressions.jsonl")))[0]).toMatch(expected);
  });
});

describe("MDETR's files of RefCOCO", () => {
  const image = (id: number, caption: string) => ({
    id,
    file_name: "COCO_train2014_000000581857.jpg",
    height: 427,
    width: 640,
    original_id: 581857,
    caption,
    dataset_name: "refcoco",
    tokens_negative: [[0, caption.length]],
  });
  const annotation = (id: number, tokens_positive: number[][]) => ({
    id,
    image_id: id,
    bbox: [103.93, 299.99, 134.22, 127.5], // half a pixel too high, as rounding makes it
    area: 1,
    iscrowd: 0,
    category_id: 1,
    original_id: 5,
    tokens_positive,
  });
  const refcoco = {
    info: {},
    images: [image(0, "the lady with the blue shirt"), image(1, "lady in back")],
    annotations: [annotation(1, [[0, 4]]), annotation(0, [])],
    categories: [{ id: 1, name: "person" }],
  };

  test("have one entry for each expression, with the phrase that names its box", async () => {
    folder.touch("coco/train2014/COCO_train2014_000000581857.jpg");
    folder.write("finetune_refcoco_testA.json", refcoco);
    folder.write("finetune_refcoco_testB.json", refcoco);
    const files = { test: ["finetune_refcoco_testA.json", "finetune_refcoco_testB.json"] };
    const { items, problems } = await read(files, { images: "coco" });
    expect(problems).toEqual([]);
    expect(items.map(({ id, caption, spans, split }) => [id, caption, spans, split])).toEqual([
      ["finetune_refcoco_testA:0", "the lady with the blue shirt", [[0, 28]], "test"],
      ["finetune_refcoco_testA:1", "lady in back", [[0, 4]], "test"],
      ["finetune_refcoco_testB:0", "the lady with the blue shirt", [[0, 28]], "test"],
      ["finetune_refcoco_testB:1", "lady in back", [[0, 4]], "test"],
    ]);
    expect(items[0]!.imageSize).toEqual([427, 640]);
    expect(items[0]!.box[3]).toBeCloseTo(427 - 299.99, 9);
    expect(items[0]!.imagePath).toBe(join(folder.path, "coco/train2014/COCO_train2014_000000581857.jpg"));
  });

  test.each<[string, (copy: typeof refcoco) => void, RegExp]>([
    [
      "no caption",
      (c) => delete (c.images[1] as { caption?: string }).caption,
      /^images\[1\]: "caption" is missing; found the keys id, file_name/,
    ],
    [
      "no file name",
      (c) => delete (c.images[1] as { file_name?: string }).file_name,
      /^images\[1\]: "file_name" is missing/,
    ],
    ["an entry twice", (c) => (c.images[1]!.id = 0), /^images\[1\]: the id 0 occurs twice/],
    ["no box", (c) => c.annotations.shift(), /^images\[1\]: has no annotations; an expression means one box/],
    [
      "two boxes",
      (c) => c.annotations.push(annotation(1, [])),
      /^images\[1\]: has 2 annotations; an expression means one box/,
    ],
    [
      "a box of no entry",
      (c) => (c.annotations[0]!.image_id = 9),
      /^annotations\[0\]: its "image_id" is the id of no image; expected an annotation like/,
    ],
    [
      "a box beside the image",
      (c) => (c.annotations[0]!.bbox = [700, 10, 20, 20]),
      /^annotations\[0\]: the box \[700, 10, 20, 20\] reaches beyond its image of 640 × 427 pixels/,
    ],
    [
      "a box of no height",
      (c) => (c.annotations[0]!.bbox = [70, 10, 20, 0]),
      /^annotations\[0\]: the box \[70, 10, 20, 0\] is 20 wide and 0 high/,
    ],
    [
      "a box that is no list",
      (c) => (c.annotations[0]!.bbox = "x" as never),
      /^annotations\[0\]: "bbox" is "x", not a box/,
    ],
    [
      "a span outside the caption",
      (c) => (c.annotations[0]!.tokens_positive = [[0, 13]]),
      /^annotations\[0\]: the span \[0, 13\] is not within the 12 characters/,
    ],
    [
      "a negative span",
      (c) => (c.annotations[0]!.tokens_positive = [[-1, 3]]),
      /^annotations\[0\]: the span \[-1, 3\] is not within/,
    ],
    [
      "spans of another type",
      (c) => (c.annotations[0]!.tokens_positive = { 0: 4 } as never),
      /^annotations\[0\]: "tokens_positive" is an object, not a list of spans/,
    ],
    ["a size of zero", (c) => (c.images[1]!.height = 0), /^images\[1\]: "height" is 0, not a number of pixels/],
    [
      "a missing image",
      (c) => (c.images[1]!.file_name = "COCO_train2014_000000000001.jpg"),
      /1 of 2 images do not exist: "COCO_train2014_000000000001.jpg"/,
    ],
    [
      "a number for a name",
      (c) => (c.images[1]!.file_name = 1e308 as never),
      /^images\[1\]: "file_name" is 1e\+308, not a text/,
    ],
  ])("name what is wrong with %s", async (_, change, expected) => {
    folder.touch("coco/train2014/COCO_train2014_000000581857.jpg");
    folder.write("finetune_refcoco_val.json", changed(refcoco, change));
    const found = await complaints(read({ val: "finetune_refcoco_val.json" }, { images: "coco" }));
    expect(found.find((message) => expected.test(message)) ?? found).toMatch(expected);
  });
});

describe("COCO instances", () => {
  const object = (id: number, image_id: number, category_id: number, iscrowd = 0) => ({
    id,
    image_id,
    category_id,
    iscrowd,
    bbox: [1, 1, 5, 5],
  });
  const instances = {
    images: [
      { id: 9, file_name: "000000000009.jpg", height: 10, width: 20 },
      { id: 10, file_name: "000000000010.jpg", height: 10, width: 20 },
    ],
    annotations: [object(1, 9, 18), object(2, 9, 1), object(3, 9, 1), object(4, 10, 1), object(5, 10, 18, 1)],
    categories: [
      { id: 18, name: "dog" },
      { id: 1, name: "person" },
    ],
  };

  test("give the objects whose category occurs once in their image", async () => {
    folder.touch("coco/val2017/000000000009.jpg", "coco/val2017/000000000010.jpg");
    folder.write("instances_val2017.json", instances);
    const { items, problems } = await read({ val: "instances_val2017.json" }, { images: "coco" });
    expect(problems).toEqual([]);
    expect(items.map(({ id, caption, box, imageSize }) => [id, caption, box, imageSize])).toEqual([
      ["1", "dog", [1, 1, 5, 5], [10, 20]],
      ["4", "person", [1, 1, 5, 5], [10, 20]],
    ]);
  });

  test.each<[string, (copy: typeof instances) => void, RegExp]>([
    [
      "an object of no image",
      (c) => (c.annotations[0]!.image_id = 8),
      /^annotations\[0\]: "image_id" 8 is the id of no image of the file/,
    ],
    [
      "an object of no category",
      (c) => (c.annotations[0]!.category_id = 8),
      /^annotations\[0\]: "category_id" 8 is the id of no category of the file/,
    ],
    [
      "an object without category",
      (c) => delete (c.annotations[1] as { category_id?: number }).category_id,
      /^annotations\[1\]: "category_id" is missing/,
    ],
    [
      "an object without box",
      (c) => delete (c.annotations[0] as { bbox?: number[] }).bbox,
      /^annotations\[0\]: "bbox" is missing/,
    ],
    ["a box of five numbers", (c) => c.annotations[0]!.bbox.push(1), /^annotations\[0\]: "bbox" is a list, not a box/],
    [
      "a box outside the image",
      (c) => (c.annotations[0]!.bbox = [1, 1, 5, 50]),
      /^annotations\[0\]: the box \[1, 1, 5, 50\] reaches beyond its image of 20 × 10 pixels/,
    ],
    [
      "a category without name",
      (c) => (c.categories[1] = { id: 1 } as never),
      /^categories\[1\]: "name" is missing; found the keys id; expected a category like/,
    ],
    ["an image twice", (c) => (c.images[1]!.id = 9), /^images\[1\]: the id 9 occurs twice/],
    [
      "an image of negative width",
      (c) => (c.images[1]!.width = -20),
      /^images\[1\]: "width" is -20, not a number of pixels/,
    ],
    ["a missing image", (c) => (c.images[1]!.file_name = "x.jpg"), /^1 of 2 images do not exist: "x.jpg"/],
    [
      "no categories",
      (c) => (c.categories = []),
      /is JSON with the keys images, annotations, categories; "data.expressions.val" takes/,
    ],
  ])("name what is wrong with %s", async (_, change, expected) => {
    folder.touch("000000000009.jpg", "000000000010.jpg");
    folder.write("instances.json", changed(instances, change));
    const found = await complaints(read({ val: "instances.json" }));
    expect(found[0]).toMatch(expected);
  });
});
