import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import type { CaptionEntry } from "../core/datasets/retrievalResults";
import { dataFiles } from "../core/experiment/dataFiles";
import type { ImageTextRetrievalConfig } from "../core/experiment/tasks/imageTextRetrievalConfig";
import type { QuestionAnsweringConfig } from "../core/experiment/tasks/questionAnsweringConfig";
import type { SamplesReply, SamplesRequest } from "../protocol/engine";
import { nodeFileSystem } from "../store/nodeFileSystem";
import { readManifest } from "../store/runListing";
import { readPairs } from "./datasets/readPairs";
import { readQuestions } from "./datasets/readQuestions";
import { SplitEntries } from "./retrieval/splitEntries";
import { sha256OfFile } from "./training/fileFingerprints";
import { questionRows } from "./tasks/questionTask";
import { splitRows } from "./tasks/splitRows";

/**
 * The items of the data set behind positions of a split, as a run counted them. The data are read, but no model.
 * @throws UserError when the data set is gone
 */
export async function describeSamples(request: SamplesRequest): Promise<SamplesReply> {
  const { runDirectory } = request;
  const { config, baseDirectory, files } = await readManifest(nodeFileSystem, runDirectory);
  for (const [key, written] of Object.entries(dataFiles(config))) {
    const known = files[key];
    const path = resolve(baseDirectory, written);
    // A folder has no fingerprint; the number of its samples is compared below.
    if (known !== undefined && (await isFile(path)) && (await sha256OfFile(path)) !== known.sha256)
      return { entries: [], isChanged: true };
  }
  switch (config.task) {
    case "image-text-retrieval":
      return describePairs(config, baseDirectory, request);
    case "visual-question-answering":
    case "compositional-question-answering":
      return describeQuestions(config, baseDirectory, request);
    case "video-text-retrieval":
    case "visual-grounding":
      // Neither has thumbnails to show so far.
      return { entries: [], isChanged: false };
  }
}

async function describePairs(
  config: ImageTextRetrievalConfig,
  baseDirectory: string,
  { split, modality, rows, count }: SamplesRequest,
): Promise<SamplesReply> {
  const side = modality === "image" ? "image" : "text";
  const { items } = await readPairs(config.data, baseDirectory);
  const of = splitRows({ items, isUsable: () => true }, split);
  // Images that could not be read belong to no split; which those were is not known here.
  const isShifted = (side === "image" ? of.media : of.captions).length !== count;
  if (isShifted) return { entries: [], isChanged: true };
  const entries = new SplitEntries(items, of);
  return { entries: rows.map((row) => entries.entry(side, row)), isChanged: false };
}

/** Questions, each with its image. */
async function describeQuestions(
  config: QuestionAnsweringConfig,
  baseDirectory: string,
  { split, rows, count }: SamplesRequest,
): Promise<SamplesReply> {
  const { items, answers } = await readQuestions(config.data, baseDirectory);
  const of = questionRows({ items, answers, isUsable: () => true }, split);
  if (of.length !== count) return { entries: [], isChanged: true };
  const entries = rows.flatMap((index): CaptionEntry[] => {
    const item = items[of[index] ?? -1];
    if (!item) return [];
    return [{ side: "text", index, text: item.question, image: { index, id: item.id, path: item.imagePath } }];
  });
  return { entries, isChanged: false };
}

function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (stats) => stats.isFile(),
    () => false,
  );
}
