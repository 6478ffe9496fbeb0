import { access } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

import { UserError } from "../../../core/errors";
import type { Split } from "../../../core/experiment/dataFiles";
import { shown } from "../files/checkValue";
import { isRecord, type Source } from "../files/content";
import { type Format, type FormatContext } from "../files/format";
import { imageCandidates } from "../files/mediaNames";
import { readDataText } from "../files/readDataText";
import type { PairRow } from "../pairDataset";

const captionFile = /^(.+)_caps\.txt$/;
const captionsPerImage = 5;
/** Of dev, the released evaluation sees this many captions only. */
const devCaptions = 5000;
/** Where the release keeps images beside `id_mapping.json`. */
const imageFolders = ["images", "flickr30k-images"];
/** The file names of each split, the first that exists counts: `testall` holds all 5000 test images of MS-COCO, `test` 1000. */
const splitFiles: Readonly<Record<Split, readonly string[]>> = {
  train: ["train"],
  val: ["dev"],
  test: ["testall", "test"],
};

/**
 * The text files that VSE∞ was released with: `{split}_caps.txt` (a caption a line), `{split}_ids.txt` (an image id a line) and
 * `id_mapping.json` (id → image file), in one folder or with the texts in its subfolder `precomp`. Where there are not as many
 * ids as captions, image = caption index ÷ 5. Either the folder or one file of captions is named. Splits: train, dev, test
 * (Flickr30K), testall (MS-COCO). As in the release, only the first 5000 captions of dev are used.
 */
export const vseTexts: Format<PairRow> = {
  name: "a folder with the text files of VSE∞ (train_caps.txt, train_ids.txt, id_mapping.json, …)",
  matches: ({ path, content }) =>
    content.kind === "folder"
      ? content.names.has("id_mapping.json") || [...content.names].some((name) => captionFile.test(name))
      : captionFile.test(basename(path)),
  read: async (source, context) => {
    const folder = textFolder(source);
    const rows: PairRow[] = [];
    for (const split of await splitsOf(source, folder)) {
      for (const row of await readSplit({ split, folder, source }, context)) rows.push(row);
    }
    return rows;
  },
};

function textFolder({ path, content }: Source): string {
  if (content.kind !== "folder") return dirname(path);
  return [...content.names].some((name) => captionFile.test(name)) ? path : join(path, "precomp");
}

async function splitsOf({ path, content, split: fileSplit, key }: Source, folder: string): Promise<readonly string[]> {
  if (content.kind !== "folder") return [captionFile.exec(basename(path))?.[1] ?? ""];
  const wanted = fileSplit === undefined ? Object.values(splitFiles) : [splitFiles[fileSplit]];
  const found: string[] = [];
  for (const names of wanted) {
    for (const name of names) {
      if (!(await exists(join(folder, `${name}_caps.txt`)))) continue;
      found.push(name);
      break;
    }
  }
  const [first = []] = wanted;
  if (found.length === 0)
    throw new UserError(
      `"${folder}" has no file "${first[0] ?? ""}_caps.txt"; correct "${key}" in the experiment file.`,
    );
  return found;
}

interface SplitTexts {
  /** As the files are called. */
  readonly split: string;
  readonly folder: string;
  readonly source: Source;
}

async function readSplit({ split, folder, source }: SplitTexts, context: FormatContext): Promise<readonly PairRow[]> {
  const { key, split: fileSplit } = source;
  const file = join(folder, `${split}_caps.txt`);
  const captions = linesOf(await readDataText({ path: file, key }));
  const ids = linesOf(await readDataText({ path: join(folder, `${split}_ids.txt`), key }));
  const perImage = ids.length === captions.length ? 1 : captionsPerImage;
  if (captions.length > ids.length * perImage)
    throw new UserError(
      `"${join(folder, `${split}_ids.txt`)}" has ${ids.length} ids for ${captions.length} captions; it must have one per caption, or ` +
        `one per image of ${captionsPerImage} captions.`,
    );
  const mapping = await readMapping(folder, key);
  const { problems } = context;
  if (split === "dev" && captions.length > devCaptions)
    problems.add({ file }, `only the first ${devCaptions} captions of dev are used, as in the released code of VSE∞`);
  const used = split === "dev" ? captions.slice(0, devCaptions) : captions;
  const images = new Map<string, { readonly line: number; readonly captions: string[] }>();
  for (const [index, caption] of used.entries()) {
    const line = index + 1;
    const id = ids[Math.floor(index / perImage)] ?? "";
    const media = /^\d{1,15}$/.test(id) ? mapping.names.get(String(Number(id))) : undefined;
    const known = images.get(media ?? "");
    if (media === undefined) problems.add({ file, line }, `its image id ${shown(id)} is not in "${mapping.path}"`);
    else if (caption === "") problems.add({ file, line }, "is empty; write a caption");
    else if (known) known.captions.push(caption);
    else images.set(media, { line, captions: [caption] });
  }
  const folders = [...new Set([context.folder, dirname(mapping.path)])];
  return Array.from(images, ([media, image]): PairRow => {
    const candidates = folders.flatMap((from) => imageCandidates(media, from, imageFolders));
    return { place: { file, line: image.line }, split, fileSplit, media, candidates, captions: image.captions };
  });
}

/** Image file names by id. */
async function readMapping(folder: string, key: string): Promise<{ path: string; names: ReadonlyMap<string, string> }> {
  const beside = join(folder, "id_mapping.json");
  const path = (await exists(beside)) ? beside : join(dirname(folder), "id_mapping.json");
  const text = await readDataText({ path, key });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new UserError(`"${path}" is not valid JSON (${(cause as Error).message}); copy it again.`, { cause });
  }
  const entries = isRecord(value) ? Object.entries(value) : [];
  if (entries.length === 0 || !entries.every((entry): entry is [string, string] => typeof entry[1] === "string"))
    throw new UserError(`"${path}" must map ids to image file names, like {"0": "a.jpg"}.`);
  return { path, names: new Map(entries) };
}

function linesOf(text: string): string[] {
  return text
    .replace(/\r?\n$/, "")
    .split("\n")
    .map((line) => line.trim());
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
