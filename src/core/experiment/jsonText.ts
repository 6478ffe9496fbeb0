import type { Node, ParseError } from "jsonc-parser";
import { parseTree, printParseErrorCode } from "jsonc-parser";
import { jsonStructure } from "./jsonStructure";
import type { TextRange } from "./problem";
import type { KeyPath } from "./schemaPath";

/** A fault of the text itself. */
export interface TextFault extends TextRange {
  readonly text: string;
}

export interface JsonText {
  /** Undefined when the text is too broken to hold anything. */
  readonly root: Node | undefined;
  readonly faults: readonly TextFault[];
}

const maxCharacters = 1 << 18;
const maxDepth = 32;

const expectations: Readonly<Record<string, string>> = {
  InvalidSymbol: "holds a word that is no JSON value; put texts in double quotes",
  InvalidNumberFormat: "holds a malformed number; write it as digits, with a point for decimals",
  PropertyNameExpected: "lacks a key here; write it in double quotes",
  ValueExpected: "lacks a value here; add one",
  ColonExpected: 'lacks a ":" here; add it between key and value',
  CommaExpected: 'lacks a "," here; add it between the entries',
  CloseBraceExpected: 'lacks a "}" here; close the object',
  CloseBracketExpected: 'lacks a "]" here; close the list',
  EndOfFileExpected: "goes on after its end; remove what follows the closing brace",
  UnexpectedEndOfComment: 'holds a comment that never ends; close it with "*/"',
  UnexpectedEndOfString: 'holds a text that never ends; close it with a """',
  UnexpectedEndOfNumber: "holds a number that breaks off; complete it",
  InvalidUnicode: "holds a malformed \\u escape; write four hexadecimal digits",
  InvalidEscapeCharacter: "holds an unknown escape; write a backslash as \\\\",
  InvalidCharacter: "holds a control character; remove or escape it",
};

/** Parses JSON with comments and trailing commas; nothing in the text can make it recurse deeply or run long. */
export function parseJsonText(text: string): JsonText {
  const whole = { offset: 0, length: 1 };
  if (text.length > maxCharacters) {
    return { root: undefined, faults: [{ ...whole, text: `is longer than ${maxCharacters} characters; shorten it` }] };
  }
  const { depth, duplicates, reserved } = jsonStructure(text);
  if (depth > maxDepth) {
    return { root: undefined, faults: [{ ...whole, text: `is nested more than ${maxDepth} levels deep; flatten it` }] };
  }
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { allowTrailingComma: true, disallowComments: false });
  const faults = errors.map(({ error, offset, length }) => {
    return { text: expectations[printParseErrorCode(error)] ?? "is not valid JSON; correct it", offset, length };
  });
  // One slip makes a parser stumble several times; the first place is the one to correct.
  if (faults[0] !== undefined || root === undefined) {
    return { root: undefined, faults: faults.slice(0, 1).concat(faults.length > 0 ? [] : [emptyFault]) };
  }
  const twice = duplicates.map(({ key, ...range }) => ({ ...range, text: `holds the key "${key}" twice; remove one` }));
  const forbidden = reserved.map(({ key, ...range }) => ({
    ...range,
    text: `holds the reserved key "${key}"; remove it`,
  }));
  return { root, faults: [...twice, ...forbidden] };
}

const emptyFault: TextFault = { offset: 0, length: 1, text: "is empty; write an experiment or run `unipt init`" };

/** The plain value of a node. Objects own exactly the keys that the text spells, `__proto__` included. */
export function valueOf(node: Node): unknown {
  if (node.type === "array") return (node.children ?? []).map(valueOf);
  if (node.type !== "object") return node.value as unknown;
  return Object.fromEntries(
    (node.children ?? []).flatMap(({ children }) => {
      const [key, value] = children ?? [];
      return key === undefined || value === undefined ? [] : [[key.value as string, valueOf(value)]];
    }),
  );
}

/**
 * Where `path` stands in the text: a scalar's value, else the key that leads to it; for a path that is not in the text, its
 * nearest ancestor, and the opening brace for the whole file. With `key`, always the key.
 */
export function locate(root: Node, path: KeyPath, target: "key" | "value"): TextRange {
  let node = root;
  let range: TextRange = { offset: root.offset, length: 1 };
  for (const [depth, segment] of path.entries()) {
    const found = node.children?.find(
      (child, i) => (node.type === "array" ? i : child.children?.[0]?.value) === segment,
    );
    const [key, value] = node.type === "array" ? [undefined, found] : (found?.children ?? []);
    if (value === undefined) break;
    const isScalar = value.type !== "object" && value.type !== "array";
    const showsKey = key !== undefined && (!isScalar || (target === "key" && depth === path.length - 1));
    const shown = showsKey ? key : value;
    range = { offset: shown.offset, length: isScalar || showsKey ? shown.length : 1 };
    node = value;
  }
  return range;
}
