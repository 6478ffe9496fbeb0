import type { DataConfig, Files } from "./dataConfig";
import { splitNames } from "./eventNames";

/** Which part of an experiment an item serves. */
export type Split = (typeof splitNames)[number];

/** A file or folder of a data set. */
export interface DataFile {
  /** Dotted path of the setting that names it. */
  readonly key: string;
  /** As written. */
  readonly path: string;
  /** The split that the setting gives all of its rows; undefined where they name their own. */
  readonly split?: Split;
}

/** The setting that names the rows of a task: its key within `data` and its value. */
export function mainFiles(data: DataConfig): { readonly key: string; readonly files: Files } {
  if ("pairs" in data) return { key: "pairs", files: data.pairs };
  if ("clips" in data) return { key: "clips", files: data.clips };
  if ("questions" in data) return { key: "questions", files: data.questions };
  return { key: "expressions", files: data.expressions };
}

/** The files that hold the rows of a data set, in reading order. */
export function rowFiles(data: DataConfig): readonly DataFile[] {
  const { key, files } = mainFiles(data);
  if (typeof files === "string" || Array.isArray(files)) return listed(`data.${key}`, files);
  return splitNames.flatMap((split) =>
    listed(`data.${key}.${split}`, files[split] ?? []).map((file) => ({ ...file, split })),
  );
}

/** Every data file that an experiment names, by the dotted path of the setting. Folders of images or videos are none. */
export function dataFiles({ data }: { readonly data: DataConfig }): Record<string, string> {
  const others = [
    ...("captions" in data ? listed("data.captions", data.captions ?? []) : []),
    ...("answers" in data ? listed("data.answers", data.answers ?? []) : []),
  ];
  return Object.fromEntries([...rowFiles(data), ...others].map(({ key, path }) => [key, path]));
}

/** The row files of a data set as messages name them. */
export function namedFiles(data: DataConfig): string {
  const paths = [...new Set(rowFiles(data).map(({ path }) => `"${path}"`))];
  return paths.length > 3 ? `${paths.slice(0, 3).join(", ")}, …` : paths.join(", ");
}

/** One path under its key, several under key[0], key[1], … */
export function listed(key: string, paths: string | readonly string[]): readonly DataFile[] {
  return typeof paths === "string"
    ? [{ key, path: paths }]
    : paths.map((path, index) => ({ key: `${key}[${index}]`, path }));
}
