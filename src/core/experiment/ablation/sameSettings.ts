import type { MethodConfig } from "../../petl/methods";
import { uniptPresetNames } from "../../petl/unipt/uniptOptions";
import { uniptPresets } from "../../petl/unipt/uniptPresets";
import type { ExperimentConfig } from "../experimentConfig";
import { childValue } from "../schemaPath";
import { sidesOf } from "../sides";

/** Whether two settings train the same: all but notes, seeds and where it is computed. */
export function sameSettings(a: ExperimentConfig, b: ExperimentConfig): boolean {
  return settingsKey(a) === settingsKey(b);
}

/** Equal for settings that train the same. */
export function settingsKey(config: ExperimentConfig): string {
  const settings = Object.fromEntries(Object.entries(config).filter(([key]) => !ignored.includes(key)));
  const sides = sidesOf(config).map(
    ({ name, ...side }) => [name, { ...side, method: ownOptions(side.method) }] as const,
  );
  return JSON.stringify({ ...settings, ...Object.fromEntries(sides) }, sorted);
}

const ignored: readonly string[] = ["notes", "seeds", "device", "threads", "$schema", "variants"];

/** The options of a method in which it differs from its preset; from both where the backbone decides between them. */
function ownOptions(method: MethodConfig): object {
  if (method.name !== "unipt") return method;
  const presets = method.preset === undefined ? uniptPresetNames : [method.preset];
  const isPreset = (key: string, value: unknown): boolean =>
    presets.every((name) => childValue(uniptPresets[name], key) === value);
  return Object.fromEntries(Object.entries(method).filter(([key, value]) => !isPreset(key, value)));
}

function sorted(_: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
