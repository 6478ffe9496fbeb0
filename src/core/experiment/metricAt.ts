import type { Metrics } from "./metrics";

/** One metric by its dotted name; undefined where it was not measured. */
export function metricAt(metrics: Metrics, name: string): number | undefined {
  const [group = "", inner, ...rest] = name.split(".");
  const value = Object.hasOwn(metrics, group) ? metrics[group] : undefined;
  if (inner === undefined) return typeof value === "number" ? value : undefined;
  if (typeof value !== "object" || rest.length > 0 || !Object.hasOwn(value, inner)) return undefined;
  return value[inner];
}
