import type { ExperimentConfig } from "./experimentConfig";
import { ExperimentConfig as ExperimentSchema } from "./experimentConfig";
import type { Fault } from "./describeIssue";
import { describeIssues } from "./describeIssue";
import { experimentJsonSchema, fixedKeys } from "./jsonSchema";
import type { Overrides } from "./overrides";
import { applyOverrides } from "./overrides";
import type { KeyPath } from "./schemaPath";

/** Name of the only variant of an experiment that defines none. */
export const baseVariant = "base";

/** One variant's complete settings: the experiment with the overrides applied. */
export interface Variant {
  readonly name: string;
  readonly config: ExperimentConfig;
}

/** A fault of a variant, located at the override that causes it. */
export interface VariantFault {
  readonly variant: string;
  /** Path in the file: `variants`, the variant, the override's key, and what lies below it. */
  readonly place: KeyPath;
  readonly fault: Fault;
}

/**
 * Resolves the variants of a file whose base is valid.
 * @param document the file's plain value, @param config the same with defaults
 */
export function resolveVariants(
  document: object,
  config: ExperimentConfig,
): { variants: readonly Variant[]; faults: readonly VariantFault[] } {
  const { variants: definitions, ...base } = config;
  if (definitions === undefined || Object.keys(definitions).length === 0) {
    return { variants: [{ name: baseVariant, config: base }], faults: [] };
  }
  const plain = Object.fromEntries(Object.entries(document).filter(([key]) => key !== "variants"));
  const variants: Variant[] = [];
  const faults: VariantFault[] = [];
  for (const [name, overrides] of Object.entries(definitions)) {
    const problems = faultsOfKeys(name, overrides);
    const changed = applyOverrides(plain, overrides);
    const parsed = ExperimentSchema.safeParse(changed, { reportInput: true });
    if (problems.length > 0) faults.push(...problems);
    else if (parsed.success) variants.push({ name, config: parsed.data });
    else {
      const described = describeIssues(parsed.error.issues, changed, experimentJsonSchema());
      faults.push(...described.map((fault) => ({ variant: name, place: placeOf(name, overrides, fault.path), fault })));
    }
  }
  return { variants, faults };
}

/** Overrides that no variant may hold: what identifies the experiment, and paths that contain each other. */
function faultsOfKeys(variant: string, overrides: Overrides): VariantFault[] {
  const keys = Object.keys(overrides);
  return keys.flatMap((key, i) => {
    const place = ["variants", variant, key];
    const fault = (text: string): VariantFault => ({ variant, place, fault: { path: [key], text, isKey: true } });
    if (fixedKeys.includes(key.split(".")[0] ?? "")) return [fault("belongs to the whole experiment; remove it here")];
    const outer = keys.find((other) => key.startsWith(`${other}.`));
    if (outer !== undefined && keys.indexOf(outer) > i)
      return [fault(`is replaced by "${outer}" below; put it after that`)];
    return [];
  });
}

/** The override that a fault at `path` belongs to: the one that shares the longest beginning with it. */
function placeOf(variant: string, overrides: Overrides, path: KeyPath): KeyPath {
  let place: KeyPath = ["variants", variant];
  let longest = 0;
  for (const key of Object.keys(overrides)) {
    const segments = key.split(".");
    const shared = segments.findIndex((segment, i) => segment !== path[i]);
    const length = shared === -1 ? segments.length : shared;
    if (length <= longest) continue;
    longest = length;
    place = ["variants", variant, key, ...(shared === -1 ? path.slice(length) : [])];
  }
  return place;
}
