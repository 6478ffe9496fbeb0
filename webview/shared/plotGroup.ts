import type { Window } from "../../src/core/views/decimate";
import type { Cursor } from "./lineChart";
import type { PlotEvents, LinePlot } from "./linePlot";

/** What the user chose for the charts of a group, and may choose again. */
export interface GroupView {
  readonly window: Window | undefined;
  readonly hidden: ReadonlySet<string>;
}

/** Charts with one x axis: a pointer on one shows the values of all, and zooming one zooms all. */
export class PlotGroup {
  readonly plots: LinePlot[] = [];
  readonly #changed: (view: GroupView) => void;
  #view: GroupView;
  #frame: number | undefined;
  #cursor: Cursor | undefined;

  /** @param changed is told when lines are to be hidden or another part is to be shown */
  constructor(view: GroupView, changed: (view: GroupView) => void) {
    this.#view = view;
    this.#changed = changed;
  }

  get view(): GroupView {
    return this.#view;
  }

  readonly events: PlotEvents = {
    cursor: (cursor) => {
      this.#cursor = cursor;
      // Pointers move more often than screens refresh.
      if (this.#frame !== undefined) return;
      this.#frame = requestAnimationFrame(() => {
        this.#frame = undefined;
        for (const plot of this.plots) plot.setCursor(this.#cursor);
      });
    },
    zoom: (window) => this.setView({ ...this.#view, window }),
    toggle: (line) => {
      const hidden = new Set(this.#view.hidden);
      if (!hidden.delete(line)) hidden.add(line);
      this.setView({ ...this.#view, hidden });
    },
  };

  setView(view: GroupView): void {
    this.#view = view;
    this.#changed(view);
  }
}
