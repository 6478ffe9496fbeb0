import type { Node } from "jsonc-parser";
import { findNodeAtLocation } from "jsonc-parser";
import { locate, parseJsonText } from "./jsonText";
import type { TextRange } from "./problem";
import type { KeyPath } from "./schemaPath";

/** A variant of an experiment file, at the key that names it. */
export interface OutlinedVariant extends TextRange {
  readonly name: string;
}

/** A file that an experiment names, at its path in the text. */
export interface NamedFile extends TextRange {
  /** As written: relative to the experiment file. */
  readonly path: string;
  readonly keyPath: KeyPath;
}

export interface ExperimentOutline {
  /** The opening brace. */
  readonly start: TextRange;
  readonly variants: readonly OutlinedVariant[];
  readonly files: readonly NamedFile[];
}

/** Settings that hold the path of a file; a variant names them by dotted paths, which end in the same words. */
const pathKeys: ReadonlySet<string> = new Set(["pairs", "model", "tokenizer", "preprocessor"]);

/** What an editor shows of an experiment file, as far as the text can be read; undefined where it cannot. */
export function experimentOutline(text: string): ExperimentOutline | undefined {
  const { root } = parseJsonText(text);
  if (root?.type !== "object") return undefined;
  const variants = (findNodeAtLocation(root, ["variants"])?.children ?? []).flatMap(({ children }) => {
    const [key] = children ?? [];
    return key === undefined ? [] : [{ name: String(key.value), offset: key.offset, length: key.length }];
  });
  return { start: { offset: root.offset, length: 1 }, variants, files: namedFiles(root, root, []) };
}

function namedFiles(root: Node, node: Node, path: KeyPath): readonly NamedFile[] {
  if (node.type !== "object") return [];
  return (node.children ?? []).flatMap(({ children }) => {
    const [key, value] = children ?? [];
    if (key === undefined || value === undefined) return [];
    const name = String(key.value);
    const keyPath = [...path, name];
    const isPath = pathKeys.has(name.split(".").at(-1) ?? "") && typeof value.value === "string" && value.value !== "";
    if (!isPath) return namedFiles(root, value, keyPath);
    return [{ path: value.value, keyPath, ...locate(root, keyPath, "value") }];
  });
}
