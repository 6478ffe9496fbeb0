import { extname, resolve } from "node:path";

import { UserError } from "../../../core/errors";
import type { DataFile } from "../../../core/experiment/dataFiles";
import { shown } from "../files/checkValue";
import { isRecord, openSource } from "../files/content";
import { jsonOf } from "../files/format";
import { readDataBytes } from "../files/readDataText";
import type { ProblemList } from "../problemList";
import { readPickle } from "./pickle/readPickle";
import { captionsOfSentences, type ClipCaptions, isSentenceFile } from "./sentences";

/** Bounds on what a small pickle can blow up to, whose lists may share their members. */
const maxWords = 1000;
const maxCharacters = 2 ** 28;

/**
 * Captions that stand apart from the list of clips: MSRVTT_data.json, a JSON map from clip to captions, or MSVD's
 * raw-captions.pkl, whose captions are lists of words; words are joined by spaces.
 * @throws UserError when the file is missing or of another kind
 */
export async function readCaptions(
  file: DataFile,
  baseDirectory: string,
  problems: ProblemList,
): Promise<ClipCaptions> {
  const located = { ...file, path: resolve(baseDirectory, file.path) };
  if ([".pkl", ".pickle"].includes(extname(file.path).toLowerCase()))
    return captionMap(located, readPickle(located.path, await readDataBytes(located)), problems);
  const source = await openSource(file, baseDirectory, problems);
  const value = jsonOf(source);
  if (isRecord(value)) {
    if (isSentenceFile(value)) return captionsOfSentences(source, value, problems);
    return captionMap(located, new Map(Object.entries(value)), problems);
  }
  throw notCaptions(located);
}

function captionMap({ path, key }: DataFile, value: unknown, problems: ProblemList): ClipCaptions {
  if (!(value instanceof Map) || value.size === 0) throw notCaptions({ path, key });
  const captions = new Map<string, readonly string[]>();
  let characters = 0;
  for (const [clip, entry] of value as ReadonlyMap<unknown, unknown>) {
    const list = typeof entry === "string" ? [entry] : Array.isArray(entry) ? (entry as unknown[]) : [];
    const texts: string[] = [];
    for (const caption of list) {
      const words = wordsOf(caption);
      characters += words.reduce((sum, word) => sum + word.length + 1, 1);
      if (characters > maxCharacters)
        throw new UserError(`"${path}" holds more than ${maxCharacters} characters; split it.`);
      const text = words.join(" ").trim();
      if (text !== "") texts.push(text);
    }
    if (typeof clip === "string" && texts.length === list.length && texts.length > 0) captions.set(clip, texts);
    else
      problems.add(
        { file: path, entry: shown(clip) },
        "expected a list of captions, each a text or a list of words; correct or remove it",
      );
  }
  return captions;
}

/** The words of a caption, which may be one text; none of anything else. */
function wordsOf(caption: unknown): readonly string[] {
  const words: readonly unknown[] = Array.isArray(caption) ? caption : [caption];
  return words.length <= maxWords && words.every((word): word is string => typeof word === "string") ? words : [];
}

function notCaptions({ path, key }: DataFile): UserError {
  return new UserError(
    `"${path}" holds no captions of clips; "${key}" takes MSRVTT_data.json, JSON like {"clip": ["a text"]}, or raw-captions.pkl.`,
  );
}
