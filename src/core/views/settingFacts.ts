import type { ExperimentConfig } from "../experiment/experimentConfig";
import type { RunManifest } from "../experiment/runManifest";

/** A setting as an experiment file spells it. */
export interface SettingFact {
  /** Dotted path, for example `image.method.reductionFactor`. */
  readonly path: string;
  readonly value: string;
}

/** A file that the run read. */
export interface FileFact {
  /** What it is for, for example `image.backbone.model`. */
  readonly role: string;
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

export interface ManifestFacts {
  readonly settings: readonly SettingFact[];
  readonly files: readonly FileFact[];
  readonly versions: readonly SettingFact[];
  readonly notes?: string;
}

/** Keys that say nothing about one run. */
const leftOut = new Set(["$schema", "name", "notes", "seeds", "variants"]);

/** All settings of a run, its files and versions, in the order of the experiment file. */
export function manifestFacts({ config, files, versions }: RunManifest): ManifestFacts {
  return {
    settings: settingsOf(config),
    files: Object.entries(files).map(([role, file]) => ({ role, ...file })),
    versions: Object.entries(versions).map(([path, value]) => ({ path, value })),
    ...(config.notes !== undefined && { notes: config.notes }),
  };
}

/** All settings but those that say nothing about one run, in the order of the experiment file. */
export function settingsOf(config: ExperimentConfig): readonly SettingFact[] {
  const own = Object.entries(config).filter(([key]) => !leftOut.has(key));
  return own.flatMap(([key, value]) => flatten(key, value));
}

function flatten(path: string, value: unknown): readonly SettingFact[] {
  if (value === undefined) return [];
  if (typeof value !== "object" || value === null) return [{ path, value: describe(value) }];
  if (Array.isArray(value)) return [{ path, value: listed(value.map(describe)) }];
  return Object.entries(value).flatMap(([key, inner]) => flatten(`${path}.${key}`, inner));
}

/** Short lists in a line, long ones with a line for each. */
function listed(items: readonly string[]): string {
  if (items.length === 0) return "[]";
  const line = items.join(", ");
  return line.length <= 48 ? line : items.join("\n");
}

function describe(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
