import { join } from "node:path";
import { describe, expect, test } from "vitest";

import type { QuestionDataConfig } from "../../../src/core/experiment/dataConfig";
import type { QuestionDataset } from "../../../src/engine/datasets/questionDataset";
import { readQuestions } from "../../../src/engine/datasets/readQuestions";
import { changed, complaints, jsonLines, useDataFolder } from "../../support/dataFolder";

const folder = useDataFolder();

const read = (
  questions: QuestionDataConfig["questions"],
  more: Partial<QuestionDataConfig> = {},
): Promise<QuestionDataset> => readQuestions({ questions, ...more }, folder.path);

describe("one's own questions", () => {
  const row = (more: object) => ({ image: "a.png", question: "What is it?", ...more });

  test("have one answer, several, or scores, and make the vocabulary", async () => {
    folder.touch("images/a.png", "images/b.jpg");
    folder.write(
      "questions.jsonl",
      jsonLines(
        row({ answer: "cat", split: "train" }),
        row({ answers: ["dog", "big dog"], split: "train" }),
        row({ image: "b", answers: { ant: 1, bee: 0.3 }, split: "train" }),
        row({ question: "How many?", answer: 2, split: "val" }),
        row({ id: "last", split: "test" }),
      ),
    );
    const { items, answers, problems } = await read("questions.jsonl", { images: "images" });
    expect(problems).toEqual([]);
    expect(items.map(({ id, answers: scores, split }) => [id, scores, split])).toEqual([
      ["a.png#0", { cat: 1 }, "train"],
      ["a.png#1", { dog: 1, "big dog": 1 }, "train"],
      ["b#0", { ant: 1, bee: 0.3 }, "train"],
      ["a.png#0", { 2: 1 }, "val"],
      ["last", {}, "test"],
    ]);
    expect(items[2]!.imagePath).toBe(join(folder.path, "images/b.jpg"));
    expect(answers).toEqual(["ant", "bee", "big dog", "cat", "dog"]);
  });

  test("come from a table, and random splits keep an image together", async () => {
    const rows = Array.from({ length: 40 }, (_, i) => `${i % 10}.png,"Is it ${i}, or not?",yes|${i}`);
    folder.touch(...Array.from({ length: 10 }, (_, i) => `${i}.png`));
    folder.write("questions.csv", ["image,question,answer", ...rows].join("\n"));
    const { items } = await read("questions.csv", { split: { train: 0.5, val: 0.2, test: 0.3, seed: 1 } });
    expect(items[3]).toMatchObject({ question: "Is it 3, or not?", answers: { yes: 1, 3: 1 } });
    const splitsOf = new Map<string, Set<string>>();
    for (const { imagePath, split } of items)
      splitsOf.set(imagePath, (splitsOf.get(imagePath) ?? new Set()).add(split));
    expect([...splitsOf.values()].map((splits) => splits.size)).toEqual(Array.from({ length: 10 }, () => 1));
    expect(items.filter(({ split }) => split === "train")).toHaveLength(20);
  });

  test.each<[string, object | string, RegExp]>([
    [
      "no image",
      { question: "x?", answer: "y" },
      /^line 1: "image" is missing; found the keys question, answer; expected a row like/,
    ],
    ["no question", { image: "a.png", answer: "y" }, /^line 1: "question" is missing/],
    [
      "no answer",
      row({ split: "train" }),
      /^line 1: has no "answer", which only questions of the split "test" may lack/,
    ],
    [
      "an answer of another type",
      row({ answer: true }),
      /^line 1: "answer" is true, not an answer, a list of answers, or scores/,
    ],
    [
      "no answers in the list",
      row({ answers: [] }),
      /^line 1: "answers" is an empty list, not an answer, a list of answers/,
    ],
    [
      "a score above one",
      row({ answers: { cat: 2 } }),
      /^line 1: "answers" is an object, not .* scores from 0 to 1 by answer/,
    ],
    ["a score that is no number", row({ answers: { cat: "1" } }), /^line 1: "answers" is an object, not/],
    ["an unknown split", row({ answer: "y", split: "later" }), /^line 1: "a.png" has the unknown split "later"/],
    [
      "a missing image",
      row({ image: "../gone.png", answer: "y" }),
      /^line 1: 1 of 2 images do not exist: "..\/gone.png"/,
    ],
    [
      "an id that occurs twice",
      row({ id: 1, answer: "y", split: "val" }),
      /^line 2: the id "1" occurs twice in the split "val"/,
    ],
    ["a broken line", '{"image": ', /^line 1: not valid JSON/],
    ["a list for a row", "[[[]]]", /^line 1: is a list; expected a row like/],
  ])("are refused in words with %s", async (_, line, expected) => {
    folder.touch("a.png");
    const fine = row({ id: "1", answer: "y", split: "val" });
    const usable = row({ answer: "y", split: "train" });
    folder.write(
      "questions.jsonl",
      [typeof line === "string" ? line : JSON.stringify(line), jsonLines(fine, usable)].join("\r\n"),
    );
    expect((await complaints(read("questions.jsonl")))[0]).toMatch(expected);
  });
});

describe("LXMERT's JSON", () => {
  const vqa = [
    {
      answer_type: "other",
      img_id: "COCO_train2014_000000000009",
      label: { net: 1, "a net": 0.3 },
      question_id: 9000,
      question_type: "what is this",
      sent: "What is this photo taken looking through?",
    },
    {
      answer_type: "other",
      img_id: "COCO_val2014_000000000042",
      label: {},
      question_id: 42000,
      question_type: "what",
      sent: "What is odd?",
    },
  ];
  const touchImages = (): void => {
    folder.touch(
      "coco/train2014/COCO_train2014_000000000009.jpg",
      "coco/COCO_val2014_000000000042.jpg",
      "gqa/n161313.jpg",
      "gqa/2405722.png",
    );
  };

  test("of VQA v2 is read with soft scores, and images in COCO's folders or in one", async () => {
    touchImages();
    folder.write("train.json", vqa);
    folder.write("label2ans.json", ["", "a net", "net"]);
    const { items, answers, problems } = await read(
      { train: ["train.json"] },
      { images: "coco", answers: "label2ans.json" },
    );
    expect(problems).toEqual([]);
    expect(items).toEqual([
      {
        id: "9000",
        imagePath: join(folder.path, "coco/train2014/COCO_train2014_000000000009.jpg"),
        question: "What is this photo taken looking through?",
        answers: { net: 1, "a net": 0.3 },
        split: "train",
        type: "other",
      },
      expect.objectContaining({
        id: "42000",
        answers: {},
        imagePath: join(folder.path, "coco/COCO_val2014_000000000042.jpg"),
      }),
    ]);
    expect(answers).toEqual(["", "a net", "net"]);
  });

  test("of GQA has images called by number, and test questions without labels", async () => {
    touchImages();
    folder.write("valid.json", [{ img_id: "2405722", label: { yes: 1 }, question_id: "05515938", sent: "Is it?" }]);
    folder.write("submit.json", [{ img_id: "n161313", question_id: "1", sent: "Why?" }]);
    const { items, answers } = await read({ train: "valid.json", test: "submit.json" }, { images: "gqa" });
    expect(items.map(({ id, answers: scores, split }) => [id, scores, split])).toEqual([
      ["05515938", { yes: 1 }, "train"],
      ["1", {}, "test"],
    ]);
    expect(answers).toEqual(["yes"]);
  });

  test.each<[string, (copy: typeof vqa) => void, RegExp]>([
    [
      "no question",
      (c) => delete (c[1] as { sent?: string }).sent,
      /^row 2: "sent" is missing; found the keys answer_type, img_id/,
    ],
    ["no image", (c) => delete (c[1] as { img_id?: string }).img_id, /^row 2: "img_id" is missing/],
    ["no id", (c) => delete (c[1] as { question_id?: number }).question_id, /^row 2: "question_id" is missing/],
    [
      "an id of another type",
      (c) => (c[1]!.question_id = {} as never),
      /^row 2: "question_id" is an object, not a text or a whole number/,
    ],
    [
      "an id that is no whole number",
      (c) => (c[1]!.question_id = 1e300),
      /^row 2: "question_id" is 1e\+300, not a text or a whole number/,
    ],
    [
      "a label that is a list",
      (c) => (c[1]!.label = ["net"] as never),
      /^row 2: "label" is a list, not scores from 0 to 1 by answer/,
    ],
    [
      "a score above one",
      (c) => (c[1]!.label = { net: 1.5 } as never),
      /^row 2: "label" is an object, not scores from 0 to 1/,
    ],
    [
      "a score that is no number",
      (c) => (c[1]!.label = { net: null } as never),
      /^row 2: "label" is an object, not scores/,
    ],
    [
      "a missing image",
      (c) => (c[1]!.img_id = "COCO_val2014_000000000043"),
      /^1 of 2 images do not exist: "COCO_val2014_000000000043"/,
    ],
    ["a question twice", (c) => (c[1]!.question_id = 9000), /^row 2: the id "9000" occurs twice in the split "train"/],
    ["a row that is no object", (c) => (c[1] = "x" as never), /^row 2: is "x"; expected a question like/],
    [
      "a reserved key",
      (c) => (c[1] = JSON.parse('{"__proto__": {"sent": "x", "img_id": "y", "question_id": 1}}') as never),
      /^row 2: "question_id" is missing; found the keys __proto__/,
    ],
  ])("names what is wrong with %s", async (_, change, expected) => {
    touchImages();
    folder.write("train.json", changed(vqa, change));
    expect((await complaints(read({ train: "train.json" }, { images: "coco" })))[0]).toMatch(expected);
  });
});

describe("the original files of VQA v2", () => {
  const questions = {
    info: {},
    data_type: "mscoco",
    data_subtype: "train2014",
    questions: [
      { image_id: 9, question: "What is it?", question_id: 9000 },
      { image_id: 9, question: "Is it?", question_id: 9001 },
    ],
  };
  const votes = (...answers: string[]) =>
    answers.map((answer, index) => ({ answer, answer_confidence: "yes", answer_id: index + 1 }));
  const annotations = {
    annotations: [
      {
        question_id: 9000,
        image_id: 9,
        multiple_choice_answer: "net",
        answers: votes("net", "net", "net", "net", "net", "a net", "a net", "mesh", "mesh", "mesh"),
      },
      { question_id: 9001, image_id: 9, multiple_choice_answer: "yes", answer_type: "yes/no", answers: votes("yes") },
    ],
  };
  const test2015 = { data_subtype: "test-dev2015", questions: [{ image_id: 1, question: "Who?", question_id: 1000 }] };
  const writeAll = (): void => {
    folder.touch("coco/train2014/COCO_train2014_000000000009.jpg", "coco/test2015/COCO_test2015_000000000001.jpg");
    folder.write("v2_questions.json", questions);
    folder.write("v2_annotations.json", annotations);
    folder.write("v2_test.json", test2015);
  };
  const files = ["v2_annotations.json", "v2_questions.json", "v2_test.json"];

  test("give an answer of n of ten people the score min(1, 0.3 n), and name their split", async () => {
    writeAll();
    const { items, answers, problems } = await read(files, { images: "coco" });
    expect(problems).toEqual([]);
    expect(items.map(({ type }) => type)).toEqual([undefined, "yes/no", undefined]);
    expect(items.map(({ id, answers: scores, split }) => [id, scores, split])).toEqual([
      ["9000", { net: 1, "a net": 0.6, mesh: 0.9 }, "train"],
      ["9001", { yes: 0.3 }, "train"],
      ["1000", {}, "test"],
    ]);
    expect(items[2]!.imagePath).toBe(join(folder.path, "coco/test2015/COCO_test2015_000000000001.jpg"));
    expect(answers).toEqual(["a net", "mesh", "net", "yes"]);
    // Training on the validation questions, too, is usual.
    const both = await read({ train: files.slice(0, 2), val: "v2_test.json" }, { images: "coco" });
    expect(both.items.map(({ split }) => split)).toEqual(["train", "train", "val"]);
  });

  test.each<[string, () => void, RegExp]>([
    [
      "an annotation that is missing",
      () =>
        folder.write(
          "v2_annotations.json",
          changed(annotations, (c) => c.annotations.pop()),
        ),
      /^1 of 2 questions have no annotation; list the annotation file beside this one/,
    ],
    [
      "an annotation twice",
      () =>
        folder.write(
          "v2_annotations.json",
          changed(annotations, (c) => (c.annotations[1]!.question_id = 9000)),
        ),
      /^annotations\[1\]: the question 9000 is annotated twice/,
    ],
    [
      "no votes",
      () =>
        folder.write(
          "v2_annotations.json",
          changed(annotations, (c) => (c.annotations[1]!.answers = "yes" as never)),
        ),
      /^annotations\[1\]: "answers" is "yes", not a list of answers/,
    ],
    [
      "a vote that is no text",
      () =>
        folder.write(
          "v2_annotations.json",
          changed(annotations, (c) => (c.annotations[1]!.answers[0]!.answer = 1 as never)),
        ),
      /^annotations\[1\]: "answers" is a list, not a list of answers/,
    ],
    [
      "no image",
      () =>
        folder.write(
          "v2_questions.json",
          changed(questions, (c) => delete (c.questions[1] as { image_id?: number }).image_id),
        ),
      /^questions\[1\]: "image_id" is missing/,
    ],
    [
      "a negative image id",
      () =>
        folder.write(
          "v2_questions.json",
          changed(questions, (c) => (c.questions[1]!.image_id = -1)),
        ),
      /^questions\[1\]: "image_id" is -1, not a whole number of at most twelve digits/,
    ],
    [
      "a huge image id",
      () =>
        folder.write(
          "v2_questions.json",
          changed(questions, (c) => (c.questions[1]!.image_id = 1e12)),
        ),
      /^questions\[1\]: "image_id" is 1000000000000, not/,
    ],
    [
      "an empty question",
      () =>
        folder.write(
          "v2_questions.json",
          changed(questions, (c) => (c.questions[1]!.question = " ")),
        ),
      /^questions\[1\]: "question" is " ", not a text that is not empty/,
    ],
    [
      "a question twice",
      () =>
        folder.write(
          "v2_questions.json",
          changed(questions, (c) => (c.questions[1]!.question_id = 9000)),
        ),
      /^questions\[1\]: the id "9000" occurs twice in the split "train"/,
    ],
    [
      "a missing image",
      () =>
        folder.write(
          "v2_questions.json",
          changed(questions, (c) => (c.questions[1]!.image_id = 8)),
        ),
      /^1 of 2 images do not exist: "COCO_train2014_000000000008"/,
    ],
    [
      "questions that are cut off",
      () => folder.write("v2_questions.json", JSON.stringify(questions).slice(0, 99)),
      /v2_questions.json" is not valid JSON/,
    ],
  ])("name what is wrong with %s", async (_, spoil, expected) => {
    writeAll();
    spoil();
    expect((await complaints(read(files, { images: "coco" })))[0]).toMatch(expected);
  });

  test("need their questions", async () => {
    writeAll();
    expect(await complaints(read("v2_annotations.json"))).toEqual([
      expect.stringMatching(/holds no usable question about an image/),
    ]);
  });
});

describe("GQA's balanced questions", () => {
  const gqa = {
    "05515938": {
      question: "Is it red?",
      imageId: "2405722",
      answer: "yes",
      fullAnswer: "Yes, it is.",
      isBalanced: true,
    },
    "02930152": { question: "Is it blue?", imageId: "2405722", answer: "no" },
  };

  test("are read by id", async () => {
    folder.touch("images/2405722.jpg");
    folder.write("train_balanced_questions.json", gqa);
    folder.write("submission.json", { 7: { question: "Who?", imageId: "2405722" } });
    const { items, answers } = await read(
      { train: "train_balanced_questions.json", test: "submission.json" },
      { images: "images" },
    );
    expect(items.map(({ id, question, answers: scores, split }) => [id, question, scores, split])).toEqual([
      ["05515938", "Is it red?", { yes: 1 }, "train"],
      ["02930152", "Is it blue?", { no: 1 }, "train"],
      ["7", "Who?", {}, "test"],
    ]);
    expect(answers).toEqual(["no", "yes"]);
  });

  test.each<[string, unknown, RegExp]>([
    [
      "no question",
      { imageId: "2405722", answer: "x" },
      /^question 01: "question" is missing; found the keys imageId, answer; expected a question like/,
    ],
    ["no image", { question: "Who?", answer: "x" }, /^question 01: "imageId" is missing/],
    [
      "an image of another type",
      { question: "Who?", imageId: [], answer: "x" },
      /^question 01: "imageId" is an empty list, not a text or a whole number/,
    ],
    [
      "an answer of another type",
      { question: "Who?", imageId: "2405722", answer: 1 },
      /^question 01: "answer" is 1, not a text/,
    ],
    [
      "an empty answer",
      { question: "Who?", imageId: "2405722", answer: "" },
      /^question 01: "answer" is "", not a text that is not empty/,
    ],
    ["no object", "x", /^question 01: is "x"; expected/],
    ["a list", [[]], /^question 01: is a list; expected/],
    ["nothing", null, /^question 01: is null; expected/],
    ["a missing image", { question: "Who?", imageId: "1", answer: "x" }, /^1 of 2 images do not exist: "1"/],
    [
      "a path for an image",
      { question: "Who?", imageId: "../../etc/passwd\0", answer: "x" },
      /^1 of 2 images do not exist/,
    ],
  ])("name what is wrong with %s", async (_, entry, expected) => {
    folder.touch("2405722.jpg");
    folder.write("questions.json", JSON.stringify(gqa).replace(/}$/, `, "01": ${JSON.stringify(entry)}}`));
    expect((await complaints(read({ train: "questions.json" })))[0]).toMatch(expected);
  });
});

describe("the answers to choose from", () => {
  const writeQuestions = (answer: string, split = "train"): void => {
    folder.touch("a.png");
    folder.write("questions.jsonl", jsonLines({ image: "a.png", question: "What?", answer, split }));
  };

  test("come in the order of a map, with any name", async () => {
    writeQuestions("net");
    folder.write("ans2label.json", '{"net": 2, "__proto__": 0, "constructor": 1}');
    expect((await read("questions.jsonl", { answers: "ans2label.json" })).answers).toEqual([
      "__proto__",
      "constructor",
      "net",
    ]);
    writeQuestions("__proto__");
    const { items, answers } = await read("questions.jsonl");
    expect(answers).toEqual(["__proto__"]);
    expect(Object.hasOwn(items[0]!.answers, "__proto__")).toBe(true);
  });

  test.each<[string, unknown, RegExp]>([
    [
      "an index that is missing",
      { a: 0, b: 2 },
      /ans2label.json" is no answer map; "data.answers" takes a JSON list of answers, or a map/,
    ],
    ["an index twice", { a: 0, b: 0 }, /is no answer map/],
    ["a negative index", { a: -1, b: 0 }, /is no answer map/],
    ["a fraction for an index", { a: 0.5 }, /is no answer map/],
    ["a huge index", { a: 1e300 }, /is no answer map/],
    ["an index that is a text", { a: "0" }, /is no answer map/],
    ["no answers", [], /is no answer map/],
    ["numbers for answers", [1, 2], /is no answer map/],
    ["an answer twice", ["a", "b", "a"], /names an answer twice/],
    ["something else", "answers", /is no answer map/],
    ["half of itself", '["a", ', /ans2label.json" is not valid JSON/],
  ])("are refused with %s", async (_, map, expected) => {
    writeQuestions("net");
    folder.write("ans2label.json", map);
    expect(await complaints(read("questions.jsonl", { answers: "ans2label.json" }))).toEqual([
      expect.stringMatching(expected),
    ]);
  });

  test("must be named where no training question has one, or too many have", async () => {
    writeQuestions("net", "val");
    expect(await complaints(read("questions.jsonl"))).toEqual([
      expect.stringMatching(
        /^No training question of "questions.jsonl" has an answer; name the answers to choose from in "data.answers"/,
      ),
    ]);
    const many = Array.from({ length: 20_001 }, (_, i) => String(i));
    folder.write("questions.jsonl", jsonLines({ image: "a.png", question: "What?", answers: many, split: "train" }));
    expect(await complaints(read("questions.jsonl"))).toEqual([
      expect.stringMatching(/^There are 20001 different answers/),
    ]);
  });
});
