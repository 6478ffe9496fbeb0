import type { Window } from "../../src/core/views/decimate";
import { lineChartScene } from "../../src/core/views/scenes/lineChartScene";
import type { PrintedSeries } from "../../src/core/views/scenes/lineChartScene";
import type { Scene } from "../../src/core/views/scenes/scene";
import { summarizeSeries } from "../../src/core/views/seriesSummary";
import type { FrameOptions } from "./chartFrame";
import { ChartFrame } from "./chartFrame";
import { element, show } from "./dom";
import { Legend } from "./legend";
import type { Cursor } from "./lineChart";
import { LineChart } from "./lineChart";
import type { Line, LineModel } from "./lineModel";
import { nearestRow, rowAt } from "./lineModel";
import { dashOf } from "./lineStyle";
import type { WalkPosition } from "./pointWalk";
import { walk } from "./pointWalk";
import type { Ui } from "./ui";
import { dragged, panned, zoomed } from "./zoom";

export interface PlotEvents {
  /** The pointer or the keyboard is somewhere else, or nowhere. */
  readonly cursor: (cursor: Cursor | undefined) => void;
  readonly zoom: (window: Window | undefined) => void;
  readonly toggle: (line: string) => void;
}

export type PlotOptions = Pick<FrameOptions, "chart" | "source" | "title" | "table" | "isLocal">;

/** A line chart with all that belongs to it: legend with values, pointer and keyboard, zoom, summary, table, export. */
export class LinePlot {
  readonly frame: ChartFrame;
  readonly #ui: Ui;
  readonly #title: string;
  readonly #chart: LineChart;
  readonly #legend: Legend;
  readonly #events: PlotEvents;
  readonly #readout = element("div", { class: "readout" });
  readonly #canvas = element("canvas", { "aria-hidden": "true" });
  readonly #empty: HTMLElement;
  #model: LineModel | undefined;
  #position: WalkPosition | undefined;
  #dragStart: number | undefined;
  #readoutAt: number | undefined;
  #describedAs = "";
  #isInView = true;
  #isStale = false;

  constructor(ui: Ui, options: PlotOptions, events: PlotEvents) {
    this.#ui = ui;
    const { title } = options;
    this.#title = title;
    this.#events = events;
    const help = ui.texts.label("chartHelp");
    this.frame = new ChartFrame(ui, { ...options, help, scene: () => this.#scene() });
    this.#empty = element("p", { class: "hint empty" }, ui.texts.label("waitingForData"));
    this.frame.stage.classList.add("plot");
    this.frame.stage.append(element("div", { class: "canvas-box" }, this.#canvas), this.#readout, this.#empty);
    show(this.#readout, false);
    this.#chart = new LineChart(this.#canvas);
    this.#legend = new Legend(this.frame.legend, ui.texts.label("legend", title), events.toggle);
    this.#listen();
    new IntersectionObserver(([entry]) => this.#viewChanged(entry?.isIntersecting ?? true)).observe(this.frame.root);
  }

  draw(model: LineModel): void {
    this.#model = model;
    const hasData = model.lines.some(({ x }) => x.length > 0);
    show(this.#empty, !hasData);
    this.#isStale = !this.#isInView;
    if (this.#isInView) this.#chart.draw(model);
    this.#legend.draw(model);
    this.#showValues(this.#readoutAt);
    if (this.#readoutAt !== undefined) this.#showReadout(this.#readoutAt);
    const key = `${model.revision} ${model.unit}`;
    // Zooming draws many times a second; what is said in words is about all of the data.
    if (key === this.#describedAs) return;
    this.#describedAs = key;
    this.frame.setSummary(this.#summary(model));
    this.frame.refreshTable();
  }

  retheme(): void {
    this.#chart.retheme();
    this.#isStale = false;
  }

  /** Charts that are scrolled away cost nothing; they catch up when they come back. */
  #viewChanged(isInView: boolean): void {
    this.#isInView = isInView;
    if (isInView && this.#isStale && this.#model) this.#chart.draw(this.#model);
    if (isInView) this.#isStale = false;
  }

  /** Shows the values at a place, which another chart may have the pointer on. */
  setCursor(cursor: Cursor | undefined): void {
    if (this.#isInView) this.#chart.setCursor(cursor);
    this.#showValues(cursor?.at);
    if (cursor !== undefined) return;
    this.#readoutAt = undefined;
    show(this.#readout, false);
  }

  #listen(): void {
    const { stage } = this.frame;
    stage.addEventListener("pointermove", (event) => this.#pointerMoved(event));
    stage.addEventListener("pointerleave", () => {
      if (this.#dragStart === undefined) this.#events.cursor(undefined);
    });
    stage.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      stage.setPointerCapture(event.pointerId);
      this.#dragStart = this.#xOf(event);
    });
    stage.addEventListener("pointerup", (event) => this.#pointerUp(event));
    stage.addEventListener("dblclick", () => this.#events.zoom(undefined));
    stage.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
    stage.addEventListener("keydown", (event) => this.#key(event));
    stage.addEventListener("blur", () => {
      this.#position = undefined;
      this.#events.cursor(undefined);
    });
  }

  #xOf({ clientX }: MouseEvent): number {
    return this.#chart.xAt(clientX - this.#canvas.getBoundingClientRect().left);
  }

  #pointerMoved(event: PointerEvent): void {
    const at = this.#xOf(event);
    if (this.#dragStart !== undefined && event.shiftKey) {
      this.#events.zoom(panned(this.#chart.window, this.#chart.extent, this.#dragStart - at));
      return;
    }
    if (this.#dragStart !== undefined) {
      const [from, to] = [Math.min(this.#dragStart, at), Math.max(this.#dragStart, at)];
      this.#chart.setSelection({ from, to });
    }
    this.#events.cursor({ at });
    this.#showReadout(at);
  }

  #pointerUp(event: PointerEvent): void {
    const start = this.#dragStart;
    this.#dragStart = undefined;
    this.#chart.setSelection(undefined);
    if (start === undefined || event.shiftKey) return;
    const window = dragged(start, this.#xOf(event), this.#chart.window);
    if (window) this.#events.zoom(window);
  }

  #wheel(event: WheelEvent): void {
    const { window, extent } = this.#chart;
    if (event.ctrlKey || event.metaKey) {
      event.preventDefault();
      this.#events.zoom(zoomed(window, extent, this.#xOf(event), Math.exp(event.deltaY / 400)));
    } else if (event.deltaX !== 0 && this.#model?.window) {
      event.preventDefault();
      this.#events.zoom(panned(window, extent, (event.deltaX / this.#canvas.clientWidth) * (window.to - window.from)));
    }
  }

  #key(event: KeyboardEvent): void {
    const { window, extent } = this.#chart;
    const lines = this.#visible();
    const at = this.#position ? lines[this.#position.line]?.x[this.#position.point] : undefined;
    const center = at ?? (window.from + window.to) / 2;
    if (event.key === "Escape") {
      this.#position = undefined;
      this.#events.cursor(undefined);
    } else if (event.key === "+" || event.key === "=") this.#events.zoom(zoomed(window, extent, center, 0.5));
    else if (event.key === "-") this.#events.zoom(zoomed(window, extent, center, 2));
    else if (event.key === "0") this.#events.zoom(undefined);
    else {
      const lengths = lines.map(({ x }) => x.length);
      const start = this.#position ?? { line: lengths.findIndex((length) => length > 0), point: -1 };
      const position = start.line < 0 ? undefined : walk(start, event.key, lengths);
      if (position === undefined) return;
      this.#moveTo(start.line === position.line ? position : this.#sameX(start, position.line), lines);
    }
    event.preventDefault();
  }

  /** The point of another line that is closest in x: lines need not have the same points. */
  #sameX(from: WalkPosition, line: number): WalkPosition {
    const lines = this.#visible();
    const [old, other] = [lines[from.line], lines[line]];
    return { line, point: old && other ? Math.max(0, nearestRow(other, old.x[from.point] ?? 0)) : 0 };
  }

  #moveTo(position: WalkPosition, lines: readonly Line[]): void {
    const line = lines[position.line];
    const at = line?.x[position.point];
    if (line === undefined || at === undefined || !this.#model) return;
    this.#position = position;
    const { from, to } = this.#chart.window;
    if (at < from || at > to) {
      const width = to - from;
      this.#events.zoom(panned(this.#chart.window, this.#chart.extent, at - from - width / 2));
    }
    this.#events.cursor({ at, line: line.id });
    this.#showReadout(at);
    const { label } = this.#ui.texts;
    const value = this.#written(line.y[position.point]);
    this.frame.say(label("pointText", line.label, value, this.#unit(), this.#model.formatX(at)));
  }

  #visible(): readonly Line[] {
    return this.#model?.lines.filter(({ id }) => this.#model?.hidden.has(id) !== true) ?? [];
  }

  #unit(): string {
    return this.#model?.xTitle ?? "";
  }

  #written(value = Number.NaN): string {
    return this.#model?.formatY(value) ?? "";
  }

  /** The values at a place in the legend; the newest ones where there is none. */
  #showValues(at: number | undefined): void {
    for (const line of this.#model?.lines ?? []) {
      const row = at === undefined ? line.x.length - 1 : nearestRow(line, at);
      this.#legend.setValue(line.id, row < 0 ? "" : this.#written(this.#chart.shownValues(line)[row]));
    }
  }

  #showReadout(at: number): void {
    this.#readoutAt = at;
    const model = this.#model;
    const { window } = this.#chart;
    const lines = this.#visible().filter((line) => line.isFaint !== true && rowAt(line, at, window) >= 0);
    show(this.#readout, lines.length > 0);
    if (!model || lines.length === 0) return;
    const x = lines[0]?.x[nearestRow(lines[0], at)] ?? at;
    const rows = lines.map((line) => {
      const row = rowAt(line, at, window);
      const [raw, shown] = [this.#written(line.y[row]), this.#written(this.#chart.shownValues(line)[row])];
      return element("div", {}, `${line.label} `, element("strong", {}, shown), shown === raw ? "" : ` (${raw})`);
    });
    const head = element("div", { class: "readout-head" }, `${this.#unit()} ${model.formatX(x)}`);
    this.#readout.replaceChildren(head, ...rows);
    const pixel = this.#chart.pixelAt(at);
    const width = this.#readout.offsetWidth;
    const room = this.frame.stage.clientWidth - width;
    const left = pixel + 14 > room ? pixel - width - 14 : pixel + 14;
    this.#readout.style.transform = `translate(${Math.max(0, Math.min(room, left))}px, 8px)`;
  }

  #summary(model: LineModel): string {
    const { label } = this.#ui.texts;
    const sentences = model.lines
      .filter(({ isFaint }) => isFaint !== true)
      .map((line) => {
        const summary = summarizeSeries(line.y);
        if (!summary) return `${line.label}: ${label("summaryEmpty")}`;
        const { first, last, lowest, highest, gaps } = summary;
        const place = (row: number): string => model.formatX(line.x[row] ?? Number.NaN);
        const figures = [first, last, lowest.value].map((value) => this.#written(value));
        const low = [this.#unit(), place(lowest.row)];
        const text = label(
          "summaryLine",
          line.label,
          ...figures,
          ...low,
          this.#written(highest.value),
          place(highest.row),
        );
        return gaps > 0 ? `${text} ${label("summaryGaps", gaps)}` : text;
      });
    return sentences.join(" ");
  }

  #scene(): Scene {
    const model = this.#model;
    if (!model) return { width: 1, height: 1, shapes: [], targets: [] };
    const series = this.#visible().flatMap((line): readonly PrintedSeries[] => {
      const { x, y, label, tone, hasMarkers, isUnjoined = false, isFaint = false, spread } = line;
      const shown = this.#chart.shownValues(line);
      const style = { label, x, tone: `series${tone}`, dash: dashOf(tone), hasMarkers, isUnjoined } as const;
      return shown === y
        ? [{ ...style, y, isFaint, spread }]
        : [
            { ...style, y, isFaint: true },
            { ...style, y: shown },
          ];
    });
    const { xTitle: xLabel, bands = [], ...rest } = model;
    const printed = bands.map((band) => ({ ...band, tone: `series${band.tone}` as const }));
    return lineChartScene({ ...rest, title: this.#title, xLabel, series, bands: printed });
  }
}
