import type { KeyPath } from "./schemaPath";

/** Something wrong in an experiment file, at an exact place. Lines and columns count from 1, in UTF-16 units as editors do. */
export interface Problem {
  /** One sentence: file, key, what is there, what is expected, what to do. */
  readonly message: string;
  /** Dotted path of the setting, empty for the file as a whole. */
  readonly path: string;
  /** The same path by segments; within a variant it begins with `variants`, the variant, and the override's key. */
  readonly keyPath: KeyPath;
  /** Whether the key itself is wrong (unknown, badly named) rather than its value. */
  readonly isKey: boolean;
  readonly line: number;
  readonly column: number;
  readonly length: number;
}

export interface TextRange {
  readonly offset: number;
  readonly length: number;
}

/** More problems than these help nobody, and a hostile file could have any number. */
export const maxProblems = 100;

/** Offsets at which the lines of a text start; lines end as in editors, with LF, CR or both. */
export function lineStarts(text: string): readonly number[] {
  return [0, ...Array.from(text.matchAll(/\r\n|\r|\n/g), ({ index, 0: ending }) => index + ending.length)];
}

/** Line and column, from 1, of an offset into a text whose lines start at `starts`. */
export function lineAndColumn(starts: readonly number[], offset: number): { line: number; column: number } {
  let [low, high] = [0, starts.length];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((starts[middle] ?? Infinity) <= offset) low = middle;
    else high = middle;
  }
  return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
}
