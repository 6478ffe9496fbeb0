import { createScanner } from "jsonc-parser";

/** jsonc-parser's token codes; its own enumeration is ambient and cannot be imported by isolated modules. */
const Token = { openBrace: 1, closeBrace: 2, openBracket: 3, closeBracket: 4, colon: 6, string: 10, end: 17 } as const;

export interface JsonKey {
  readonly key: string;
  readonly offset: number;
  readonly length: number;
}

export interface JsonStructure {
  /** Deepest nesting of objects and arrays. */
  readonly depth: number;
  /** Keys that an object holds twice (the later one), which parsers read differently. */
  readonly duplicates: readonly JsonKey[];
  /** Keys named `__proto__`, which JavaScript treats apart. */
  readonly reserved: readonly JsonKey[];
}

/**
 * Measures JSON text token by token, without recursion, so that hostile nesting is found before a recursive parser meets it.
 * The text need not be well formed. Comments are skipped.
 */
export function jsonStructure(text: string): JsonStructure {
  const scanner = createScanner(text, true);
  const duplicates: JsonKey[] = [];
  const reserved: JsonKey[] = [];
  const open: (Set<string> | undefined)[] = [];
  let depth = 0;
  let last: JsonKey | undefined;
  for (let token: number = scanner.scan(); token !== Token.end; token = scanner.scan()) {
    if (token === Token.openBrace || token === Token.openBracket) {
      open.push(token === Token.openBrace ? new Set() : undefined);
      depth = Math.max(depth, open.length);
    } else if (token === Token.closeBrace || token === Token.closeBracket) {
      open.pop();
    } else if (token === Token.colon && last !== undefined) {
      const keys = open.at(-1);
      if (keys?.has(last.key)) duplicates.push(last);
      if (last.key === "__proto__") reserved.push(last);
      keys?.add(last.key);
    }
    const isString = token === Token.string;
    last = isString
      ? { key: scanner.getTokenValue(), offset: scanner.getTokenOffset(), length: scanner.getTokenLength() }
      : undefined;
  }
  return { depth, duplicates, reserved };
}
