import { z } from "zod";
import { PathText } from "./names";

const share = (split: string, fallback: number): z.ZodDefault<z.ZodNumber> =>
  z.number().min(0).max(1).default(fallback).describe(`Share of the images or videos that goes to ${split}.`);

/** A seeded split by image or video: all captions, questions or expressions of one stay together. */
export const SplitConfig = z
  .strictObject({
    train: share("training", 0.8),
    val: share("validation", 0.1),
    test: share("the test set", 0.1),
    seed: z.int().min(0).max(0xffff_ffff).default(0).describe("Seed of the split; independent of the runs' seeds."),
  })
  .refine(({ train, val, test }) => Math.abs(train + val + test - 1) < 1e-9, {
    error: 'shares "train", "val" and "test" that add up to 1',
  })
  .describe("Splits the images or videos at random instead of by the `split` that each row of the data names.");

/** One path, or several whose rows follow one another. */
const PathList = z.union([PathText, z.array(PathText).min(1).max(256)]);

/** The files of a data set: their rows name their split, or the files of each split are listed apart. */
export const Files = z.union([
  PathText,
  z.array(PathText).min(1).max(256),
  z.strictObject({
    train: PathList.optional().describe("Training data: a path or a list of paths."),
    val: PathList.optional().describe("Validation data: a path or a list of paths."),
    test: PathList.optional().describe("Test data: a path or a list of paths."),
  }),
]);

const forms =
  ' A path, a list of paths, or { "train": …, "val": …, "test": … } with the files of each split; what kind of file it is, is ' +
  "found from its content.";

const images = PathText.optional().describe(
  "Folder that relative image paths start from. The folder of each data file by default.",
);

/** Splits at random only what no file splits already. */
const notBoth = {
  error: "one path or a list, because `split` divides the data at random; or leave `split` out",
};

function isSplitOnce(files: Files, split: SplitConfig | undefined): boolean {
  return split === undefined || typeof files === "string" || isList(files);
}

export const PairDataConfig = z
  .strictObject({
    pairs: Files.describe(
      'Image-text pairs: JSON Lines with rows {"image": path, "captions": [text, …], "split": "train" | "val" | "test"}, CSV with ' +
        "the columns image, caption and split, a folder of images with a .txt file each, Karpathy's JSON, the text files of VSE∞, " +
        `COCO captions, or Flickr8k's token file.${forms}`,
    ),
    images,
    split: SplitConfig.optional(),
    folds: z
      .int()
      .min(1)
      .max(1000)
      .optional()
      .describe(
        "Test metrics are means over so many equal groups of images in a row: 5 on the 5000 test images of COCO is COCO-1K. One by " +
          "default.",
      ),
  })
  .refine(({ pairs, split }) => isSplitOnce(pairs, split), { ...notBoth, path: ["pairs"] })
  .describe("The data set.");

export const ClipDataConfig = z
  .strictObject({
    clips: Files.describe(
      'Captioned videos: JSON Lines with rows {"video": path, "captions": [text, …], "split": "train" | "val" | "test"}, CSV with the ' +
        `columns video, caption and split, the lists of MSR-VTT or MSVD (with \`captions\`), or MSRVTT_data.json.${forms}`,
    ),
    videos: PathText.optional().describe(
      "Folder of the videos, which are found by path or by id. The folder of each data file by default.",
    ),
    captions: PathList.optional().describe(
      "Captions of clips that `clips` only lists: MSRVTT_data.json, a JSON map from clip to captions, or MSVD's raw-captions.pkl.",
    ),
    split: SplitConfig.optional(),
  })
  .refine(({ clips, split }) => isSplitOnce(clips, split), { ...notBoth, path: ["clips"] })
  .describe("The data set.");

export const QuestionDataConfig = z
  .strictObject({
    questions: Files.describe(
      'Questions about images: JSON Lines with rows {"image": path, "question": text, "answer": text, "split": "train" | "val" | ' +
        '"test"}, CSV with the columns image, question, answer and split, the JSON files of LXMERT, the original questions and ' +
        `annotations of VQA v2 (list both), or GQA's balanced questions.${forms}`,
    ),
    images,
    answers: PathText.optional().describe(
      "The answers to choose from, as a JSON list or map from answer to index (label2ans, ans2label). Every answer of the " +
        "training questions by default.",
    ),
    split: SplitConfig.optional(),
  })
  .refine(({ questions, split }) => isSplitOnce(questions, split), { ...notBoth, path: ["questions"] })
  .describe("The data set.");

export const ExpressionDataConfig = z
  .strictObject({
    expressions: Files.describe(
      'Expressions that mean a box of an image: JSON Lines with rows {"image": path, "expression": text, "box": [x, y, width, height], ' +
        '"split": "train" | "val" | "test"}, CSV with the columns image, expression, box and split, MDETR\'s finetune_refcoco JSON, or ' +
        `COCO instances.${forms}`,
    ),
    images,
    split: SplitConfig.optional(),
  })
  .refine(({ expressions, split }) => isSplitOnce(expressions, split), { ...notBoth, path: ["expressions"] })
  .describe("The data set.");

export type SplitConfig = z.infer<typeof SplitConfig>;
export type Files = z.infer<typeof Files>;
export type PairDataConfig = z.infer<typeof PairDataConfig>;
export type ClipDataConfig = z.infer<typeof ClipDataConfig>;
export type QuestionDataConfig = z.infer<typeof QuestionDataConfig>;
export type ExpressionDataConfig = z.infer<typeof ExpressionDataConfig>;
/** The data section of any task. */
export type DataConfig = PairDataConfig | ClipDataConfig | QuestionDataConfig | ExpressionDataConfig;

function isList(files: Files): files is string[] {
  return Array.isArray(files);
}
