import type { Edit, Node } from "jsonc-parser";
import { findNodeAtLocation, modify } from "jsonc-parser";
import { quote } from "./describeSchema";
import type { JsonSchema } from "./jsonSchema";
import { alternatives, experimentJsonSchema } from "./jsonSchema";
import { parseJsonText, valueOf } from "./jsonText";
import { nearestWord } from "./nearestWord";
import type { Problem } from "./problem";
import type { KeyPath } from "./schemaPath";
import { childValue, keysAt, schemaAt } from "./schemaPath";

/** A change of an experiment file that removes a problem. */
export interface QuickFix {
  readonly kind: "rename" | "remove" | "set" | "useDefault" | "add";
  /** What the fix puts into the text; absent where it only removes. */
  readonly inserted?: string;
  /** The key that is changed. */
  readonly key: string;
  /** Whether this is what was very likely meant. */
  readonly isPreferred: boolean;
  /** Offsets and lengths are of the text before any of them. */
  readonly edits: readonly Edit[];
}

/** More words than these are better chosen with the editor's completion. */
const maxWords = 6;

/** Ways to solve a problem of an experiment file, the likeliest first; none where only the user can know. */
export function quickFixes(text: string, { keyPath, isKey }: Problem): readonly QuickFix[] {
  const { root } = parseJsonText(text);
  const key = keyPath.at(-1);
  if (root === undefined || typeof key !== "string") return [];
  const document = valueOf(root);
  if (isKey) return keyFixes(text, root, keyPath, key, document);
  const schema = schemaAt(experimentJsonSchema(), keyPath, document);
  const value = keyPath.reduce(childValue, document);
  return value === undefined ? addFixes(text, keyPath, key, schema) : valueFixes(text, keyPath, key, schema, value);
}

function keyFixes(text: string, root: Node, path: KeyPath, key: string, document: unknown): readonly QuickFix[] {
  const parent = path.slice(0, -1);
  const siblings = Object.keys(Object(parent.reduce(childValue, document)) as object);
  const free = keysAt(experimentJsonSchema(), parent, document).filter((known) => !siblings.includes(known));
  const meant = nearestWord(key, free);
  const node = findNodeAtLocation(root, [...path])?.parent?.children?.[0];
  const rename: readonly QuickFix[] =
    meant === undefined || node === undefined
      ? []
      : [
          {
            kind: "rename",
            key,
            inserted: meant,
            isPreferred: true,
            edits: [{ offset: node.offset, length: node.length, content: JSON.stringify(meant) }],
          },
        ];
  return [...rename, { kind: "remove", key, isPreferred: false, edits: change(text, path, undefined) }];
}

/** For a value that is not there: the default, the only or first value that is possible, or an empty text to fill in. */
function addFixes(text: string, path: KeyPath, key: string, schema: JsonSchema | undefined): readonly QuickFix[] {
  const value = schema && startingValue(schema);
  return value === undefined ? [] : [set("add", text, path, key, value, true)];
}

function valueFixes(
  text: string,
  path: KeyPath,
  key: string,
  schema: JsonSchema | undefined,
  value: unknown,
): readonly QuickFix[] {
  if (schema === undefined) return [];
  const words = alternatives(schema).flatMap(({ const: constant, enum: list }) => list ?? constant ?? []);
  const texts = words.filter((word) => typeof word === "string");
  const meant = typeof value === "string" ? nearestWord(value, texts) : undefined;
  const chosen = [...(meant === undefined ? [] : [meant]), ...texts.filter((word) => word !== meant)].slice(
    0,
    maxWords,
  );
  const fixes = chosen.map((word) => set("set", text, path, key, word, word === meant));
  if (schema.default === undefined || typeof schema.default === "object") return fixes;
  return [
    ...fixes,
    {
      kind: "useDefault",
      key,
      inserted: quote(schema.default),
      isPreferred: false,
      edits: change(text, path, schema.default),
    },
  ];
}

function startingValue(schema: JsonSchema): unknown {
  if (schema.default !== undefined) return schema.default;
  const [first] = alternatives(schema);
  if (first?.const !== undefined) return first.const;
  if (first?.enum !== undefined) return first.enum[0];
  switch (String(first?.type)) {
    case "string":
      return "";
    case "integer":
    case "number":
      return Math.max(1, first?.minimum ?? 1);
    case "object":
      return Object.fromEntries(
        (first?.required ?? []).map((key) => {
          const member = first?.properties?.[key];
          return [key, member && startingValue(member)];
        }),
      );
    default:
      return undefined;
  }
}

function set(
  kind: "set" | "add",
  text: string,
  path: KeyPath,
  key: string,
  value: unknown,
  isPreferred: boolean,
): QuickFix {
  return { kind, key, inserted: quote(value), isPreferred, edits: change(text, path, value) };
}

/** Keeps comments and the file's line endings; new lines are indented by two spaces, as the templates are. */
function change(text: string, path: KeyPath, value: unknown): readonly Edit[] {
  const eol = text.includes("\r\n") ? "\r\n" : "\n";
  return modify(text, [...path], value, { formattingOptions: { insertSpaces: true, tabSize: 2, eol } });
}
