import { join } from "node:path";
import { describe, expect, test } from "vitest";

import type { ClipDataConfig } from "../../../src/core/experiment/dataConfig";
import type { ClipDataset } from "../../../src/engine/datasets/clipDataset";
import { readClips } from "../../../src/engine/datasets/readClips";
import { changed, complaints, jsonLines, useDataFolder } from "../../support/dataFolder";

const folder = useDataFolder();

const read = (clips: ClipDataConfig["clips"], more: Partial<ClipDataConfig> = {}): Promise<ClipDataset> =>
  readClips({ clips, ...more }, folder.path);

describe("one's own clips", () => {
  test("come from JSON Lines or a table, by path or by id", async () => {
    folder.touch("videos/a.mp4", "videos/b.webm", "videos/c.avi");
    folder.write(
      "clips.jsonl",
      `\uFEFF${jsonLines(
        { video: "a.mp4", captions: ["one", "two"], split: "train" },
        { id: "second", video: "b", caption: "three", split: "test" },
      )}`,
    );
    const { items, problems } = await read("clips.jsonl", { videos: "videos" });
    expect(problems).toEqual([]);
    expect(items).toEqual([
      { id: "a.mp4", videoPath: join(folder.path, "videos/a.mp4"), captions: ["one", "two"], split: "train" },
      { id: "second", videoPath: join(folder.path, "videos/b.webm"), captions: ["three"], split: "test" },
    ]);
    folder.write("videos/clips.csv", 'Video;Caption;Split\r\nc;"x; y";val\r\na.mp4;z;train\r\nc;again;val\r\n');
    const table = await read("videos/clips.csv");
    expect(table.items.map(({ id, captions, split }) => [id, captions, split])).toEqual([
      ["c", ["x; y", "again"], "val"],
      ["a.mp4", ["z"], "train"],
    ]);
  });

  test.each<[string, string, RegExp]>([
    [
      "no video",
      '{"clip": "a.mp4", "caption": "x"}',
      /^line 1: "video" is missing; found the keys clip, caption; expected a row like/,
    ],
    [
      "no caption",
      '{"video": "a.mp4"}',
      /lists clips without captions, like "a.mp4"; name the file of their captions in "data.captions"/,
    ],
    [
      "a caption of another type",
      '{"video": "a.mp4", "caption": 5}',
      /^line 1: "caption" is 5, not a text or a list of texts/,
    ],
    [
      "a list with a number",
      '{"video": "a.mp4", "captions": ["x", 5]}',
      /^line 1: "captions" is a list, not|"captions\[1\]" is 5/,
    ],
    [
      "a missing video",
      '{"video": "gone.mp4", "caption": "x"}',
      /^line 1: 1 of 2 videos do not exist: "gone.mp4"; .* or from "data.videos"/,
    ],
    ["a folder for a video", '{"video": "folder", "caption": "x"}', /1 of 2 videos do not exist: "folder"/],
    ["a broken line", '{"video": "a.mp4", "cap', /^line 1: not valid JSON/],
    [
      "an unknown split",
      '{"video": "a.mp4", "caption": "x", "split": "later"}',
      /^line 1: "a.mp4" has the unknown split "later"/,
    ],
    ["a reserved key", '{"__proto__": {"video": "a.mp4"}, "caption": "x"}', /^line 1: "video" is missing/],
    [
      "a huge id",
      '{"id": 1e400, "video": "a.mp4", "caption": "x"}',
      /^line 1: "id" is null, not a text or a whole number/,
    ],
  ])("are refused in words with %s", async (_, line, expected) => {
    folder.touch("a.mp4", "b.mp4", "folder/x");
    folder.write("clips.jsonl", `${line}\n${jsonLines({ video: "b.mp4", caption: "fine", split: "train" })}`);
    expect((await complaints(read("clips.jsonl")))[0]).toMatch(expected);
  });
});

describe("MSR-VTT", () => {
  const data = {
    info: {},
    videos: [0, 1, 2, 7].map((n) => ({
      video_id: `video${n}`,
      url: "",
      split: n === 7 ? "test" : n === 2 ? "validate" : "train",
    })),
    sentences: [0, 1, 2, 7, 0].map((n, sen_id) => ({ video_id: `video${n}`, caption: `caption ${sen_id}`, sen_id })),
  };
  const writeAll = (): void => {
    folder.write("MSRVTT_data.json", data);
    folder.write("MSRVTT_train.9k.csv", "video_id\nvideo0\nvideo1\n");
    folder.write("MSRVTT_JSFUSION_test.csv", "key,vid_key,video_id,sentence\nret0,msr7,video7,a test sentence\n");
    folder.touch("all/video0.mp4", "all/video1.mp4", "all/video2.mp4", "all/video7.mp4");
  };
  const options = { captions: "MSRVTT_data.json", videos: "all" };

  test("trains on every caption and tests on the one sentence of 1k-A", async () => {
    writeAll();
    const files = { train: "MSRVTT_train.9k.csv", val: "MSRVTT_JSFUSION_test.csv", test: "MSRVTT_JSFUSION_test.csv" };
    const { items, problems } = await read(files, options);
    expect(problems).toEqual([]);
    expect(items.map(({ id, captions, split }) => [id, captions, split])).toEqual([
      ["video0", ["caption 0", "caption 4"], "train"],
      ["video1", ["caption 1"], "train"],
      ["video7", ["a test sentence"], "val"],
      ["video7", ["a test sentence"], "test"],
    ]);
  });

  test("has splits of its own in the JSON", async () => {
    writeAll();
    const { items } = await read("MSRVTT_data.json", { videos: "all" });
    expect(items.map(({ id, split }) => [id, split])).toEqual([
      ["video0", "train"],
      ["video1", "train"],
      ["video2", "val"],
      ["video7", "test"],
    ]);
  });

  test.each<[string, () => void, RegExp]>([
    [
      "a list without captions for a clip",
      () => folder.write("MSRVTT_train.9k.csv", "video_id\nvideo0\nvideo5\n"),
      /^line 3: "video5" has no captions in "data.captions", like 1 clips altogether/,
    ],
    [
      "a list without ids",
      () => folder.write("MSRVTT_train.9k.csv", "id\nvideo0\n"),
      /has no column "video" \(found "id"\)/,
    ],
    [
      "an empty id",
      () => folder.write("MSRVTT_train.9k.csv", "video_id,x\nvideo0,1\n,2\n"),
      /^line 3: the column "video_id" is empty/,
    ],
    [
      "a row of too many cells",
      () => folder.write("MSRVTT_train.9k.csv", "video_id\nvideo0\nvideo1,video2\n"),
      /^line 3: has 2 cells for 1 columns; put texts with commas in double quotes/,
    ],
    [
      "an open quote",
      () => folder.write("MSRVTT_train.9k.csv", 'video_id\n"video0\n'),
      /9k.csv", line 2: .*double quotes/,
    ],
    [
      "a missing video",
      () => folder.write("MSRVTT_train.9k.csv", "video_id\nvideo0\n../../etc/passwd\n"),
      /has no captions|do not exist/,
    ],
    [
      "captions that are missing",
      () => folder.write("MSRVTT_data.json", ""),
      /MSRVTT_data.json" is empty; correct "data.captions"/,
    ],
    [
      "captions that are cut off",
      () => folder.write("MSRVTT_data.json", JSON.stringify(data).slice(0, -9)),
      /MSRVTT_data.json" is not valid JSON/,
    ],
    [
      "captions that are a list",
      () => folder.write("MSRVTT_data.json", "[1]"),
      /holds no captions of clips; "data.captions" takes MSRVTT_data.json/,
    ],
    [
      "a sentence of no clip",
      () =>
        folder.write(
          "MSRVTT_data.json",
          changed(data, (c) => delete (c.sentences[0] as { video_id?: string }).video_id),
        ),
      /^sentences\[0\]: "video_id" is missing; found the keys caption, sen_id/,
    ],
    [
      "a caption of another type",
      () =>
        folder.write(
          "MSRVTT_data.json",
          changed(data, (c) => (c.sentences[0]!.caption = {} as never)),
        ),
      /^sentences\[0\]: "caption" is an object, not a text/,
    ],
  ])("names what is wrong with %s", async (_, spoil, expected) => {
    writeAll();
    spoil();
    expect((await complaints(read({ train: "MSRVTT_train.9k.csv" }, options)))[0]).toMatch(expected);
  });
});

describe("MSVD", () => {
  const captions = {
    "-4wsuPCjDBc_5_15": [
      ["a", "man", "runs"],
      ["he", "runs"],
    ],
    mv89psg6zh4_33_46: ["a bird sings"],
  };
  const files = { train: "train_list.txt", test: "test_list.txt" };
  const writeAll = (): void => {
    folder.write("train_list.txt", "-4wsuPCjDBc_5_15");
    folder.write("test_list.txt", "\uFEFFmv89psg6zh4_33_46\r\n");
    folder.write("captions.json", captions);
    folder.touch("-4wsuPCjDBc_5_15.avi", "mv89psg6zh4_33_46.avi");
  };

  test("joins words of lists of words, and takes texts as they are", async () => {
    writeAll();
    const { items } = await read(files, { captions: "captions.json" });
    expect(items.map(({ id, captions: texts, split }) => [id, texts, split])).toEqual([
      ["-4wsuPCjDBc_5_15", ["a man runs", "he runs"], "train"],
      ["mv89psg6zh4_33_46", ["a bird sings"], "test"],
    ]);
  });

  test("reads the pickle of captions without unpickling", async () => {
    writeAll();
    // pickle.dumps({"-4wsuPCjDBc_5_15": [["a", "man"]]}, 0), as Python 3 writes it
    const pickle = "(dp0\nV-4wsuPCjDBc_5_15\np1\n(lp2\n(lp3\nVa\np4\naVman\np5\naas.";
    folder.write("raw-captions.pkl", pickle);
    const { items } = await read({ train: "train_list.txt" }, { captions: "raw-captions.pkl" });
    expect(items.map(({ captions: texts }) => texts)).toEqual([["a man"]]);
  });

  test.each<[string, () => void, RegExp]>([
    [
      "captions that are no lists",
      () => folder.write("captions.json", { ...captions, "-4wsuPCjDBc_5_15": 7 }),
      /^"-4wsuPCjDBc_5_15": expected a list of captions/,
    ],
    [
      "words that are no texts",
      () => folder.write("captions.json", { ...captions, "-4wsuPCjDBc_5_15": [["a", 1]] }),
      /^"-4wsuPCjDBc_5_15": expected a list of captions/,
    ],
    ["no captions at all", () => folder.write("captions.json", {}), /captions.json" holds no captions of clips/],
    [
      "captions of UTF-16",
      () => folder.write("captions.json", Buffer.from("\uFEFF{}", "utf16le")),
      /captions.json" is UTF-16/,
    ],
    [
      "a line that is no id",
      () => folder.write("train_list.txt", "-4wsuPCjDBc_5_15\ntwo words"),
      /^line 2: is no clip id; write one id a line/,
    ],
    [
      "lines of prose",
      () => folder.write("train_list.txt", "some words"),
      /is lines of text like "some words"; "data.clips.train" takes/,
    ],
    [
      "an empty list",
      () => folder.write("train_list.txt", "\n\n"),
      /train_list.txt" is empty; correct "data.clips.train"/,
    ],
    [
      "a list that is missing",
      () => folder.write("../unused", ""),
      /none_list.txt" does not exist; correct "data.clips.train"/,
    ],
    [
      "a reserved name",
      () => folder.write("train_list.txt", "-4wsuPCjDBc_5_15\n__proto__"),
      /^line 2: "__proto__" has no captions/,
    ],
    ["a binary file", () => folder.write("train_list.txt", Buffer.from([1, 0, 2])), /train_list.txt" is no text file/],
  ])("names what is wrong with %s", async (what, spoil, expected) => {
    writeAll();
    if (!what.includes("is missing")) spoil();
    const train = what.includes("is missing") ? "none_list.txt" : "train_list.txt";
    expect((await complaints(read({ ...files, train }, { captions: "captions.json" })))[0]).toMatch(expected);
  });
});
