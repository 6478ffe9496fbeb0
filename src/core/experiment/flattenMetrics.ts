import type { Metrics } from "./metrics";

/** Metrics by dotted name, the form in which they are selected, charted and compared: `imageToText.recallAt1`. */
export function flattenMetrics(metrics: Metrics): Record<string, number> {
  return Object.fromEntries(
    Object.entries(metrics).flatMap(([name, value]) => {
      if (typeof value === "number") return [[name, value]];
      return Object.entries(value).map(([inner, number]) => [`${name}.${inner}`, number]);
    }),
  );
}
