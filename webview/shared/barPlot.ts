import type { ChartDataset, Plugin } from "chart.js";
import { BarController, BarElement, CategoryScale, Chart, LinearScale } from "chart.js";
import type { Scene } from "../../src/core/views/scenes/scene";
import { shortened } from "../../src/core/views/scenes/scene";
import type { FrameOptions } from "./chartFrame";
import { ChartFrame } from "./chartFrame";
import { element, show } from "./dom";
import { Legend } from "./legend";
import { colorIndex } from "./lineStyle";
import { axisStyle, drawOn, plainChart } from "./overlay";
import type { WalkPosition } from "./pointWalk";
import { walk } from "./pointWalk";
import type { ChartTheme } from "./theme";
import { readTheme } from "./theme";
import type { Ui } from "./ui";

Chart.register(BarController, BarElement, CategoryScale, LinearScale);

export interface BarSeries {
  readonly id: string;
  readonly label: string;
  readonly tone: number;
  /** One per category; NaN where there is none. */
  readonly values: readonly number[];
  /** Half lengths of error bars. */
  readonly errors?: readonly number[] | undefined;
  /** Written beside its name in the legend. */
  readonly note?: string;
  /** Neither one of the colours nor important: shades of grey. */
  readonly shade?: "measured" | "idle";
}

export interface BarModel {
  /** From top to bottom. */
  readonly categories: readonly string[];
  readonly series: readonly BarSeries[];
  /** Bars of one category follow each other instead of lying side by side. */
  readonly isStacked: boolean;
  readonly valueTitle: string;
  readonly hidden: ReadonlySet<string>;
  readonly formatValue: (value: number) => string;
  /** Written at the end of each category. */
  readonly totals?: readonly string[];
  /** Steps of the axis, where they are not to be round in decimal. */
  readonly stepSize?: number;
  /** Values are counts. */
  readonly isWhole?: boolean;
  /** A bar in words. */
  readonly describe: (series: BarSeries, category: number) => string;
}

export interface BarPlotOptions extends Omit<FrameOptions, "help" | "scene"> {
  readonly scene: () => Scene;
  /** Hides or shows a series; without it the legend only names them. */
  readonly toggle?: (series: string) => void;
  /** A category was clicked, or Enter pressed on it. */
  readonly choose?: (category: number) => void;
}

const lineHeight = 14;
const barOutline = 1;

/** Horizontal bars drawn with chart.js, with all that belongs to a chart: legend, keyboard, summary, table, export. */
export class BarPlot {
  readonly frame: ChartFrame;
  readonly #options: BarPlotOptions;
  readonly #chart: Chart<"bar", number[]>;
  readonly #box: HTMLElement;
  readonly #readout = element("div", { class: "readout" });
  readonly #legend: Legend;
  #theme: ChartTheme = readTheme();
  #model: BarModel | undefined;
  #position: WalkPosition | undefined;

  constructor(ui: Ui, options: BarPlotOptions) {
    this.#options = options;
    this.frame = new ChartFrame(ui, { ...options, help: ui.texts.label("drawingHelp") });
    const canvas = element("canvas", { "aria-hidden": "true" });
    this.#box = element("div", { class: "canvas-box bars" }, canvas);
    this.frame.stage.append(this.#box, this.#readout);
    show(this.#readout, false);
    const overlay: Plugin<"bar"> = { id: "overlay", afterDatasetsDraw: () => this.#drawOverlay() };
    this.#chart = new Chart<"bar", number[]>(canvas, {
      type: "bar",
      data: { datasets: [] },
      options: plainChart,
      plugins: [overlay],
    });
    this.#legend = new Legend(this.frame.legend, ui.texts.label("legend", options.title), options.toggle);
    this.#listen();
  }

  draw(model: BarModel): void {
    this.#model = model;
    const { categories, isStacked, series, hidden } = model;
    const lines = series.map((each) => ({ ...each, isArea: true }));
    this.#legend.draw({ lines, hidden });
    for (const { id, note = "" } of series) this.#legend.setValue(id, note);
    const shown = this.#shown();
    const perCategory = isStacked ? 2.6 : 0.8 + Math.max(1, shown.length);
    this.#box.style.height = `${Math.max(90, 40 + categories.length * perCategory * lineHeight)}px`;
    this.#chart.data.labels = categories.map((name) => shortened(name, 34));
    this.#chart.data.datasets = shown.map((each) => this.#dataset(each, isStacked));
    this.#setOptions(model);
    this.#chart.update("none");
    this.frame.setSummary(this.#summary());
    this.frame.refreshTable();
  }

  retheme(): void {
    this.#theme = readTheme();
    if (this.#model) this.draw(this.#model);
  }

  #shown(): readonly BarSeries[] {
    return this.#model?.series.filter(({ id }) => !this.#model?.hidden.has(id)) ?? [];
  }

  #dataset({ values, tone, shade, label }: BarSeries, isStacked: boolean): ChartDataset<"bar", number[]> {
    const { isHighContrast, background, text } = this.#theme;
    return {
      label,
      data: [...values],
      backgroundColor: this.#color(tone, shade),
      borderColor: isHighContrast ? text : background,
      borderWidth: isStacked || isHighContrast ? barOutline : 0,
      barPercentage: isStacked ? 0.72 : 0.92,
      categoryPercentage: isStacked ? 1 : 0.86,
      maxBarThickness: 30,
    };
  }

  #color(tone: number, shade: BarSeries["shade"]): string {
    const { series, text, background } = this.#theme;
    if (shade === undefined) return series[colorIndex(tone)] ?? text;
    return `color-mix(in srgb, ${text} ${shade === "measured" ? 55 : 25}%, ${background})`;
  }

  #setOptions({ isStacked, valueTitle, formatValue, totals, stepSize, isWhole = false }: BarModel): void {
    const { axis, ticks, title } = axisStyle(this.#theme);
    const room = Math.max(0, ...(totals ?? []).map((text) => text.length * 6.6));
    this.#chart.options = {
      ...plainChart,
      indexAxis: "y",
      layout: { padding: { top: 2, right: 12 + room } },
      scales: {
        x: {
          ...axis,
          type: "linear",
          stacked: isStacked,
          beginAtZero: true,
          suggestedMin: this.#reach(-1),
          suggestedMax: this.#reach(1),
          title: title(valueTitle),
          ticks: {
            ...ticks,
            maxTicksLimit: 6,
            callback: (value) => formatValue(Number(value)),
            ...(isWhole && { precision: 0 }),
            ...(stepSize !== undefined && { stepSize }),
          },
        },
        y: {
          ...axis,
          type: "category",
          stacked: isStacked,
          grid: { display: false },
          ticks: { ...ticks, color: this.#theme.text, autoSkip: false },
        },
      },
    };
  }

  /** Where the longest error bar ends to the left (−1) or to the right (1). */
  #reach(sign: -1 | 1): number {
    const ends = this.#shown().flatMap(({ values, errors = [] }) =>
      errors.map((error, c) => sign * (values[c] ?? 0) + error),
    );
    return sign * Math.max(0, ...ends.filter(Number.isFinite));
  }

  #drawOverlay(): void {
    drawOn(this.#chart, this.#theme, (context) => {
      this.#shown().forEach((series, d) => this.#drawErrors(context, series, d));
      this.#drawTotals(context);
      const at = this.#position && this.#boxOf(this.#position);
      if (!at) return;
      context.strokeStyle = this.#theme.accent;
      context.lineWidth = 2;
      context.strokeRect(at.x - 2, at.y - 2, at.width + 4, at.height + 4);
    });
  }

  #drawErrors(context: CanvasRenderingContext2D, { values, errors }: BarSeries, dataset: number): void {
    const scale = this.#chart.scales["x"];
    if (!errors || !scale) return;
    context.strokeStyle = this.#theme.text;
    context.lineWidth = 1;
    context.beginPath();
    for (const [category, error] of errors.entries()) {
      const value = values[category] ?? Number.NaN;
      const y = this.#chart.getDatasetMeta(dataset).data[category]?.y;
      if (!(error > 0) || !Number.isFinite(value) || y === undefined) continue;
      const [from, to] = [scale.getPixelForValue(value - error), scale.getPixelForValue(value + error)];
      context.moveTo(from, y);
      context.lineTo(to, y);
      for (const end of [from, to]) {
        context.moveTo(end, y - 3);
        context.lineTo(end, y + 3);
      }
    }
    context.stroke();
  }

  #drawTotals(context: CanvasRenderingContext2D): void {
    const scale = this.#chart.scales["x"];
    if (!scale) return;
    context.fillStyle = this.#theme.text;
    context.textBaseline = "middle";
    for (const [category, text] of (this.#model?.totals ?? []).entries()) {
      const values = this.#shown().map(({ values: own }) => own[category] ?? Number.NaN);
      const sum = values.filter(Number.isFinite).reduce((total, value) => total + value, 0);
      const y = this.#chart.getDatasetMeta(0).data[category]?.y;
      if (y !== undefined) context.fillText(text, scale.getPixelForValue(sum) + 8, y);
    }
  }

  /** Where a bar is: `line` is its category, `point` its series. */
  #boxOf({ line, point }: WalkPosition): { x: number; y: number; width: number; height: number } | undefined {
    const bar = this.#chart.getDatasetMeta(point).data[line] as unknown as
      { getProps(names: string[], isFinal: boolean): Record<"x" | "y" | "base" | "height", number> } | undefined;
    if (!bar) return undefined;
    const { x, y, base, height } = bar.getProps(["x", "y", "base", "height"], true);
    return { x: Math.min(base, x), y: y - height / 2, width: Math.abs(x - base), height };
  }

  #listen(): void {
    const { stage } = this.frame;
    stage.addEventListener("pointermove", (event) => this.#focus(this.#at(event)));
    stage.addEventListener("pointerleave", () => this.#focus(undefined));
    stage.addEventListener("blur", () => this.#focus(undefined));
    stage.addEventListener("click", (event) => {
      const at = this.#at(event);
      if (at) this.#options.choose?.(at.line);
    });
    stage.addEventListener("keydown", (event) => this.#key(event));
  }

  #at({ clientX, clientY }: MouseEvent): WalkPosition | undefined {
    const { left, top } = this.#box.getBoundingClientRect();
    const [x, y] = [clientX - left, clientY - top];
    for (const [line] of (this.#model?.categories ?? []).entries()) {
      for (const [point] of this.#shown().entries()) {
        const box = this.#boxOf({ line, point });
        if (box && y >= box.y && y <= box.y + box.height && x >= box.x && x <= box.x + Math.max(6, box.width))
          return { line, point };
      }
    }
    return undefined;
  }

  #key(event: KeyboardEvent): void {
    if (event.key === "Escape") this.#focus(undefined);
    else if (event.key === "Enter" && this.#position) this.#options.choose?.(this.#position.line);
    else {
      const shown = this.#shown();
      const lengths = (this.#model?.categories ?? []).map((_, c) => (this.#has(c) ? shown.length : 0));
      const to = walk(
        this.#position ?? { line: lengths.findIndex((length) => length > 0), point: -1 },
        event.key,
        lengths,
      );
      if (to === undefined || to.line < 0) return;
      this.#focus(this.#nearest(to, event.key === "ArrowLeft" ? -1 : 1));
      const text = this.#text();
      if (text !== "") this.frame.say(text);
    }
    event.preventDefault();
  }

  #has(category: number): boolean {
    return this.#shown().some(({ values }) => Number.isFinite(values[category]));
  }

  /** The next bar of the category that there is: stacked ones belong to some categories only. */
  #nearest({ line, point }: WalkPosition, step: number): WalkPosition {
    const shown = this.#shown();
    for (const direction of [step, -step]) {
      for (let at = Math.max(0, point); at >= 0 && at < shown.length; at += direction)
        if (Number.isFinite(shown[at]?.values[line])) return { line, point: at };
    }
    return { line, point: Math.max(0, point) };
  }

  #focus(position: WalkPosition | undefined): void {
    if (position?.line === this.#position?.line && position?.point === this.#position?.point) return;
    this.#position = position;
    this.#chart.draw();
    const text = this.#text();
    show(this.#readout, text !== "");
    const at = position && this.#boxOf(position);
    if (text === "" || !at) return;
    this.#readout.textContent = text;
    const room = this.frame.stage.clientWidth - this.#readout.offsetWidth - 4;
    const left = Math.max(0, Math.min(room, at.x + at.width / 2));
    this.#readout.style.transform = `translate(${left}px, ${at.y + at.height + 5}px)`;
  }

  #text(): string {
    const series = this.#position && this.#shown()[this.#position.point];
    return this.#model && this.#position && series ? this.#model.describe(series, this.#position.line) : "";
  }

  #summary(): string {
    const model = this.#model;
    if (!model) return "";
    const sentences = model.categories.flatMap((_, category) =>
      this.#shown()
        .filter(({ values }) => Number.isFinite(values[category]))
        .map((series) => model.describe(series, category)),
    );
    return sentences.join(". ");
  }
}
