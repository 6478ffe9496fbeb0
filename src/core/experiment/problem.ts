/** Something wrong in an experiment file, at an exact place. Lines and columns count from 1, in UTF-16 units as editors do. */
export interface Problem {
  /** One sentence: file, key, what is there, what is expected, what to do. */
  readonly message: string;
  /** Dotted path of the setting, empty for the file as a whole. */
  readonly path: string;
  readonly line: number;
  readonly column: number;
  readonly length: number;
}

export interface TextRange {
  readonly offset: number;
  readonly length: number;
}

/** Line and column of an offset into `text`. */
export function lineAndColumn(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset);
  const lines = before.split(/\r\n|\r|\n/);
  return { line: lines.length, column: (lines.at(-1) ?? "").length + 1 };
}
