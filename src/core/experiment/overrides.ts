import { childValue } from "./schemaPath";

/** Settings by dotted path. */
export type Overrides = Readonly<Record<string, unknown>>;

/**
 * The document with each override put in place of what its path holds; objects on the way are made where they are missing.
 * The document itself stays as it is.
 */
export function applyOverrides(document: unknown, overrides: Overrides): unknown {
  return Object.entries(overrides).reduce(
    (changed, [path, value]) => replaceAt(changed, path.split("."), value),
    document,
  );
}

function replaceAt(container: unknown, [key, ...rest]: readonly string[], value: unknown): unknown {
  if (key === undefined) return value;
  const members = typeof container === "object" && container !== null && !Array.isArray(container) ? container : {};
  return { ...members, [key]: replaceAt(childValue(members, key), rest, value) };
}
