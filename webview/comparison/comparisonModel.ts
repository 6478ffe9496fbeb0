import type { Split } from "../../src/core/experiment/runEvent";
import type { ComparedCurves } from "../../src/core/views/comparison/comparedCurves";
import type { ComparedRun } from "../../src/core/views/comparison/comparedRun";
import type { ComparisonGroup } from "../../src/core/views/comparison/comparisonGroups";
import { comparedMetrics, comparisonGroups } from "../../src/core/views/comparison/comparisonGroups";
import type { ComparisonMessage } from "../../src/protocol/panelMessage";
import type { ComparisonView } from "./comparisonView";

/** What the page knows of the runs. */
export interface ComparisonModel {
  readonly runs: readonly ComparedRun[];
  readonly groups: readonly ComparisonGroup[];
  readonly curves: ReadonlyMap<string, ComparedCurves>;
  /** Names of all metrics, the one that selects checkpoints first. */
  readonly metrics: readonly string[];
  /** Runs that have not been read yet. */
  readonly unread: number;
  /** Changes with every message. */
  readonly revision: number;
}

/** Takes in a message; curves of runs that are gone are dropped. */
export function received(model: ComparisonModel | undefined, message: ComparisonMessage): ComparisonModel {
  const { runs, unread } = message;
  const before = message.kind === "state" ? [] : [...(model?.curves ?? [])];
  const known = new Map([...before, ...Object.entries(message.curves)]);
  const curves = runs.flatMap(({ id }): (readonly [string, ComparedCurves])[] => {
    const own = known.get(id);
    return own ? [[id, own]] : [];
  });
  return {
    runs,
    groups: comparisonGroups(runs),
    curves: new Map(curves),
    metrics: comparedMetrics(runs),
    unread,
    revision: (model?.revision ?? 0) + 1,
  };
}

/** What is looked at: the user's choice as far as there is such a thing. */
export interface Shown {
  readonly metric: string;
  readonly split: Split;
  /** Splits that some run has results of. */
  readonly splits: readonly Split[];
}

export function shownOf({ runs, metrics }: ComparisonModel, view: ComparisonView): Shown {
  const splits = (["test", "val", "train"] as const).filter((split) => runs.some(({ results }) => results[split]));
  const split = splits.find((known) => known === view.split) ?? splits[0] ?? "val";
  const metric = metrics.find((known) => known === view.metric) ?? metrics[0] ?? runs[0]?.selector ?? "";
  return { metric, split, splits };
}
