import { dirname, extname, isAbsolute, relative, resolve } from "node:path";

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

/** The folder of a data set: that of its list of pairs, or the folder that holds the pairs itself. */
export function dataFolder(baseDirectory: string, pairs: string): string {
  const path = resolve(baseDirectory, pairs);
  return extname(path) === "" ? path : dirname(path);
}

function isWithin(root: string, path: string): boolean {
  const way = relative(root, path);
  return !isAbsolute(way) && way !== ".." && !/^\.\.[\\/]/.test(way);
}
