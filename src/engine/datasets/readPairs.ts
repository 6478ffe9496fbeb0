import { readFile, stat } from "node:fs/promises";
import { dirname, extname, resolve } from "node:path";

import { UserError } from "../../core/errors";
import { type PairDataConfig, SplitConfig } from "../../core/experiment/dataConfig";
import { rowFiles } from "../../core/experiment/dataFiles";
import { assignSplits, splitOf } from "./assignSplits";
import { type PairDataset, type PairItem, type PairRow, type PairRows, ProblemList } from "./pairDataset";
import { readCsv } from "./readCsvRows";
import { readImageFolder } from "./readImageFolder";
import { readJsonArray, readJsonLines } from "./readJsonRows";

/** An image with the captions of all its rows. */
interface Group extends Omit<PairRow, "captions"> {
  readonly imagePath: string;
  readonly captions: string[];
}

const NAMED_EXAMPLES = 3;

/**
 * Reads image-text pairs from a JSON Lines, CSV or JSON file, or a folder of images with text files. Image paths are
 * relative to the data file. Rows that cannot be used are left out and reported.
 *
 * @param data the experiment's data section; where it names no split, rows say it, and only where none does, 80 : 10 : 10 by image
 * @throws UserError when the file is missing, of another kind, lacks a column, or leaves no usable item
 */
export async function readPairs(data: PairDataConfig, baseDirectory: string): Promise<PairDataset> {
  const [file] = rowFiles(data);
  const path = resolve(baseDirectory, file?.path ?? "");
  const { split } = data;
  const { rows, problems, folder } = await readRows(path);
  const list = new ProblemList(path);
  const groups = await withExistingImages(groupByImage(rows, folder, list), list);
  const items = withSplits(groups, split, list);
  const all = [...problems, ...list.problems];
  if (items.length === 0)
    throw new UserError(
      `"${path}" holds no usable image with a caption${all[0] ? `: ${describe(all[0])}` : ""}; see the example in the README, "Your own data".`,
    );
  return { items, problems: all };
}

async function readRows(path: string): Promise<PairRows & { folder: string }> {
  const stats = await stat(path).catch((cause: unknown) => {
    throw new UserError(`The data file "${path}" does not exist; correct "data.pairs" in the experiment file.`, {
      cause,
    });
  });
  if (stats.isDirectory()) return { ...(await readImageFolder(path)), folder: path };
  const readers: Readonly<Record<string, (file: string, content: string) => PairRows>> = {
    ".jsonl": readJsonLines,
    ".ndjson": readJsonLines,
    ".json": readJsonArray,
    ".csv": readCsv,
    ".tsv": readCsv,
  };
  const extension = extname(path).toLowerCase();
  const reader = readers[extension];
  if (!reader)
    throw new UserError(
      `The data file "${path}" ends in "${extension}"; expected .jsonl, .csv, .tsv, .json, or a folder of images with text files.`,
    );
  const content = (await readFile(path, "utf8")).replace(/^\uFEFF/, "");
  return { ...reader(path, content), folder: dirname(path) };
}

function groupByImage(rows: readonly PairRow[], folder: string, list: ProblemList): Group[] {
  const groups = new Map<string, Group>();
  for (const row of rows) {
    const imagePath = resolve(folder, row.image);
    const known = groups.get(imagePath);
    if (!known) groups.set(imagePath, { ...row, imagePath, captions: [...row.captions] });
    else if (known.split !== row.split)
      list.add(
        row.line,
        `"${row.image}" is in split "${row.split ?? ""}" here and "${known.split ?? ""}" on line ${known.line}; all rows of an image must name one split`,
      );
    else known.captions.push(...row.captions);
  }
  return [...groups.values()];
}

async function withExistingImages(groups: readonly Group[], list: ProblemList): Promise<Group[]> {
  const exists = await Promise.all(groups.map(({ imagePath }) => isFile(imagePath)));
  const missing = groups.filter((_, index) => !exists[index]);
  const [first] = missing;
  if (first) {
    const names = missing.slice(0, NAMED_EXAMPLES).map(({ image }) => `"${image}"`);
    const rest = missing.length > NAMED_EXAMPLES ? ", …" : "";
    list.add(
      first.line,
      `${missing.length} of ${groups.length} images do not exist: ${names.join(", ")}${rest}; paths are relative to the data file`,
    );
  }
  return groups.filter((_, index) => exists[index]);
}

function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (stats) => stats.isFile(),
    () => false,
  );
}

function withSplits(groups: readonly Group[], config: SplitConfig | undefined, list: ProblemList): PairItem[] {
  const isRandom = config !== undefined || groups.every((group) => group.split === undefined);
  const random = isRandom ? assignSplits(groups.length, config ?? SplitConfig.parse({})) : undefined;
  return groups.flatMap(({ line, id, image, imagePath, captions, split: written }, index): PairItem[] => {
    const split = random ? random[index] : splitOf(written ?? "");
    if (split) return [{ id: id ?? image, imagePath, captions, split }];
    list.add(
      line,
      written === undefined
        ? `"${image}" names no split although other rows do; write "train", "val" or "test"`
        : `"${image}" has the unknown split "${written}"; write "train", "val" or "test"`,
    );
    return [];
  });
}

function describe({ line, message }: { line?: number; message: string }): string {
  return line === undefined ? message : `line ${line}: ${message}`;
}
