import { basename, extname } from "node:path";

import { UserError } from "../../core/errors";
import type { ClipDataConfig } from "../../core/experiment/dataConfig";
import { listed, namedFiles } from "../../core/experiment/dataFiles";
import type { ClipDataset, ClipItem, ClipRow } from "./clipDataset";
import { clipLists } from "./clips/clipLists";
import { msrVtt } from "./clips/msrVtt";
import { ownRows } from "./clips/ownRows";
import { readCaptions } from "./clips/readCaptions";
import type { ClipCaptions } from "./clips/sentences";
import { tables } from "./clips/tables";
import { openSources } from "./files/content";
import { type Format, mediaFolder, readRows } from "./files/format";
import { mergeCaptions } from "./mergeCaptions";
import { ProblemList } from "./problemList";
import { settleSplits } from "./settleSplits";
import { uniqueRows } from "./uniqueRows";
import { withMedia } from "./withMedia";

const formats: readonly Format<ClipRow>[] = [ownRows, tables, msrVtt, clipLists];

/**
 * Reads captioned videos from one's own files or the published ones of MSR-VTT and MSVD, found out from their content
 * (docs/data.md lists the formats). Videos are found by path, or by id with one of the usual extensions. Rows that cannot be
 * used are left out and reported.
 *
 * @throws UserError when a file is missing, of another kind, lacks a column, or no usable clip is left
 */
export async function readClips(data: ClipDataConfig, baseDirectory: string): Promise<ClipDataset> {
  const problems = new ProblemList();
  const folder = mediaFolder(data.videos, baseDirectory);
  const rows = await readRows(openSources(data, baseDirectory, problems), formats, { problems, folder });
  const captions = await readAllCaptions(data, baseDirectory, problems);
  const captioned = mergeCaptions(withCaptions(rows, captions, problems), problems);
  const placed = await withMedia(captioned, { noun: "videos", key: "data.videos" }, problems);
  const named = uniqueRows(settleSplits(placed, data.split, problems), { problems, hasSeveral: false });
  const items = named.map(({ id, path, captions: texts, split }): ClipItem => {
    return { id, videoPath: path, captions: texts, split };
  });
  if (items.length === 0)
    throw new UserError(
      `${namedFiles(data)} holds no usable video with a caption${problems.reason}; see the example in docs/data.md.`,
    );
  return { items, problems: problems.problems };
}

async function readAllCaptions(
  data: ClipDataConfig,
  baseDirectory: string,
  problems: ProblemList,
): Promise<ClipCaptions | undefined> {
  if (data.captions === undefined) return undefined;
  const all = new Map<string, readonly string[]>();
  for (const file of listed("data.captions", data.captions))
    for (const [clip, texts] of await readCaptions(file, baseDirectory, problems))
      all.set(clip, [...(all.get(clip) ?? []), ...texts]);
  return all;
}

type CaptionedRow = ClipRow & { readonly captions: readonly string[] };

/** Gives rows without captions those of their clip, by its name with or without extension. */
function withCaptions(
  rows: readonly ClipRow[],
  captions: ClipCaptions | undefined,
  problems: ProblemList,
): CaptionedRow[] {
  const bare: ClipRow[] = [];
  const captioned = rows.flatMap((row): CaptionedRow[] => {
    const { media } = row;
    const texts = row.captions ?? captions?.get(media) ?? captions?.get(basename(media, extname(media)));
    if (texts) return [{ ...row, captions: texts }];
    bare.push(row);
    return [];
  });
  const [first] = bare;
  if (first && captions === undefined)
    throw new UserError(
      `"${first.place.file}" lists clips without captions, like "${first.media}"; name the file of their captions in "data.captions".`,
    );
  if (first)
    problems.add(
      first.place,
      `"${first.media}" has no captions in "data.captions", like ${bare.length} clips altogether`,
    );
  return captioned;
}
