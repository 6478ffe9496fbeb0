import { z } from "zod";

import type { Source } from "../files/content";
import { checkValue, text } from "../files/checkValue";
import { firstIn, listIn } from "../files/format";
import type { ProblemList } from "../problemList";

const Sentence = z.object({ video_id: text, caption: text });

const example = 'a sentence like {"video_id": "video0", "caption": "a text"}';

/** Captions by clip. */
export type ClipCaptions = ReadonlyMap<string, readonly string[]>;

/** Whether a JSON file has the list `sentences` of MSRVTT_data.json. */
export function isSentenceFile(value: unknown): boolean {
  return firstIn(value, "sentences") !== undefined;
}

/** The captions of MSRVTT_data.json, in the order of its sentences. */
export function captionsOfSentences(
  source: Source,
  value: Readonly<Record<string, unknown>>,
  problems: ProblemList,
): ClipCaptions {
  const captions = new Map<string, string[]>();
  for (const { place, value: entry } of listIn(source, value, "sentences")) {
    const sentence = checkValue(Sentence, entry, { place, problems, example });
    if (!sentence) continue;
    const known = captions.get(sentence.video_id);
    if (known) known.push(sentence.caption);
    else captions.set(sentence.video_id, [sentence.caption]);
  }
  return captions;
}
