import type { Window } from "../../src/core/views/decimate";
import type { XUnit } from "../shared/lineModel";

/** How the user looks at a run; kept over reloads. */
export interface DashboardView {
  readonly tab: number;
  readonly unit: XUnit;
  readonly smoothing: number;
  readonly isLogY: boolean;
  readonly window: Window | undefined;
  readonly hidden: readonly string[];
  readonly isWarningsOnly: boolean;
}

const units: readonly XUnit[] = ["step", "epoch", "seconds"];
export const maxSmoothing = 0.99;

/** Reads back what was kept, as far as it makes sense. */
export function readView(saved: Readonly<Record<string, unknown>>): DashboardView {
  const { tab, unit, smoothing, isLogY, window, hidden, isWarningsOnly } = saved;
  return {
    tab: tab === 1 || tab === 2 ? tab : 0,
    unit: units.find((known) => known === unit) ?? "step",
    smoothing: typeof smoothing === "number" ? Math.min(maxSmoothing, Math.max(0, smoothing)) : 0,
    isLogY: isLogY === true,
    window: readWindow(window),
    hidden: Array.isArray(hidden) ? hidden.filter((id) => typeof id === "string") : [],
    isWarningsOnly: isWarningsOnly === true,
  };
}

function readWindow(saved: unknown): Window | undefined {
  if (typeof saved !== "object" || saved === null || !("from" in saved) || !("to" in saved)) return undefined;
  const { from, to } = saved;
  return typeof from === "number" && typeof to === "number" && to > from ? { from, to } : undefined;
}
