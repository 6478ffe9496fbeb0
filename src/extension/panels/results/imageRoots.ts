import { dirname, extname, isAbsolute, relative, resolve } from "node:path";
import type { DataConfig } from "../../../core/experiment/dataConfig";
import { rowFiles } from "../../../core/experiment/dataFiles";

/** The folders whose images a page may load. */
export class ImageRoots {
  readonly #roots: string[];

  constructor(roots: readonly string[]) {
    this.#roots = [...roots];
  }

  get paths(): readonly string[] {
    return this.#roots;
  }

  has(path: string): boolean {
    return this.#roots.some((root) => isWithin(root, path));
  }

  /** @returns whether the folder was not within the roots before */
  add(folder: string): boolean {
    if (this.has(folder)) return false;
    this.#roots.push(folder);
    return true;
  }
}

/**
 * The folders of a run's data set: that of its images, or else those that its files lie in or that hold the data themselves.
 * The root of a disk is never one.
 */
export function dataFolders({ baseDirectory, config }: DataSetPlace): readonly string[] {
  const { data } = config;
  const images = ("images" in data ? data.images : undefined) ?? ("videos" in data ? data.videos : undefined);
  const folders =
    images !== undefined
      ? [resolve(baseDirectory, images)]
      : rowFiles(data).map(({ path }) => folderOf(resolve(baseDirectory, path)));
  return [...new Set(folders)].filter((folder) => folder !== dirname(folder));
}

interface DataSetPlace {
  readonly baseDirectory: string;
  readonly config: { readonly data: DataConfig };
}

function folderOf(path: string): string {
  return extname(path) === "" ? path : dirname(path);
}

function isWithin(root: string, path: string): boolean {
  const way = relative(root, path);
  return !isAbsolute(way) && way !== ".." && !/^\.\.[\\/]/.test(way);
}
