import type { ReportedState } from "../../onnx/report/modelReport";
import type { ValueRow } from "./valueRows";
import { rowsNamed } from "./valueRows";

/**
 * Names of the values that `hiddenStates` of an experiment taps, low to high; undefined when the model lacks one of them.
 * @param wanted names or indices; undefined taps all hidden states
 */
export function useTaps(
  wanted: readonly (string | number)[] | undefined,
  rows: readonly ValueRow[],
  states: readonly ReportedState[],
): readonly string[] | undefined {
  if (wanted === undefined) return states.map(({ value }) => value);
  const names = wanted.map((tap) => (typeof tap === "number" ? states[tap]?.value : tap));
  const known = rowsNamed(
    rows,
    names.filter((name) => name !== undefined),
  );
  return known.length === new Set(names).size ? known.map(({ name }) => name) : undefined;
}
