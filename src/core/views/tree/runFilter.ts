import type { RunStanding } from "../dashboardState";
import type { TreeRun } from "./experimentTree";
import type { TreeLabels } from "./treeLabels";

/** Which runs are shown: those in one of the states, if any are given, that contain all the words. */
export interface RunFilter {
  readonly text: string;
  readonly states: readonly RunStanding[];
}

export const noFilter: RunFilter = { text: "", states: [] };

export function isFiltering({ text, states }: RunFilter): boolean {
  return text.trim() !== "" || states.length > 0;
}

/** Whether a run is shown. Words are looked for in its name, its state and the device, whatever their case. */
export function matchesFilter(run: TreeRun, { text, states }: RunFilter, labels: TreeLabels): boolean {
  if (states.length > 0 && !states.includes(run.state)) return false;
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return true;
  const { experiment, variant, seed, attempt, state, summary } = run;
  const fields = [
    experiment,
    variant,
    `seed${seed}`,
    `seed ${seed}`,
    `${seed}.${attempt}`,
    labels[state],
    summary?.device,
  ];
  const haystack = [...fields, summary?.error?.message].join("\n").toLowerCase();
  return words.every((word) => haystack.includes(word));
}
