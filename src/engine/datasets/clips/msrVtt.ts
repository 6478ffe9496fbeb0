import { z } from "zod";

import type { ClipRow } from "../clipDataset";
import { isRecord } from "../files/content";
import { checkValue, text } from "../files/checkValue";
import { firstIn, type Format, jsonOf, listIn } from "../files/format";
import { videoCandidates } from "../files/mediaNames";
import { captionsOfSentences, isSentenceFile } from "./sentences";

const Video = z.object({ video_id: text, split: text.optional() });

const example = 'a video like {"video_id": "video0", "split": "train"}';

/** MSRVTT_data.json as a whole: `videos[]` with `video_id` and mostly `split`, `sentences[]` with `video_id` and `caption`. */
export const msrVtt: Format<ClipRow> = {
  name: "MSRVTT_data.json",
  matches: (source) => isSentenceFile(jsonOf(source)) && firstIn(jsonOf(source), "videos") !== undefined,
  read: (source, { folder, problems }) => {
    const value = jsonOf(source);
    if (!isRecord(value)) return [];
    const captions = captionsOfSentences(source, value, problems);
    return listIn(source, value, "videos").flatMap(({ place, value: entry }): ClipRow[] => {
      const video = checkValue(Video, entry, { place, problems, example });
      if (!video) return [];
      const { video_id: media, split } = video;
      const candidates = videoCandidates(media, folder);
      return [{ place, split, fileSplit: source.split, media, candidates, captions: captions.get(media) }];
    });
  },
};
