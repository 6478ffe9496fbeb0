import type { ChartDataset, ChartOptions, Plugin, Scale } from "chart.js";
import { Chart, Filler, LinearScale, LineController, LineElement, LogarithmicScale, PointElement } from "chart.js";
import type { Window } from "../../src/core/views/decimate";
import { decimate } from "../../src/core/views/decimate";
import type { ChartPoint, Line, LineModel } from "./lineModel";
import { cutAtEdges, extentOf, rowAt, SmoothedLines } from "./lineModel";
import type { ChartTheme } from "./theme";
import { colorIndex, dashOf, markerOf } from "./lineStyle";
import { withOpacity } from "./overlay";
import { readTheme } from "./theme";

Chart.register(LineController, LineElement, PointElement, LinearScale, LogarithmicScale, Filler);

/** Slices of the x axis; two points each. */
const buckets = 1_000;
/** Lines with more points in view than this have no markers. */
const maxMarkers = 60;
/** Opacity of raw values behind a smoothed line, as a hexadecimal suffix or a share. */
const rawOpacity = 0.35;
const bandOpacity = 0.13;
const spreadOpacity = 0.18;

/** Where the pointer or the keyboard is: an x value, and the line that has the focus, if one has. */
export interface Cursor {
  readonly at: number;
  readonly line?: string;
}

/** Draws a {@link LineModel} on a canvas with chart.js. Knows nothing of controls. */
export class LineChart {
  readonly #chart: Chart<"line", ChartPoint[]>;
  readonly #smoothed = new SmoothedLines();
  #model: LineModel | undefined;
  #theme: ChartTheme = readTheme();
  #cursor: Cursor | undefined;
  #selection: Window | undefined;

  constructor(canvas: HTMLCanvasElement) {
    const overlay: Plugin<"line"> = {
      id: "overlay",
      beforeDatasetsDraw: (chart) => this.#drawBands(chart.ctx),
      afterDatasetsDraw: (chart) => this.#drawOverlay(chart.ctx),
    };
    this.#chart = new Chart<"line", ChartPoint[]>(canvas, {
      type: "line",
      data: { datasets: [] },
      options: { animation: false, responsive: true, maintainAspectRatio: false, events: [] },
      plugins: [overlay],
    });
  }

  draw(model: LineModel): void {
    this.#model = model;
    this.#chart.data.datasets = model.lines
      .filter(({ id }) => !model.hidden.has(id))
      .flatMap((line) => this.#datasets(line, model));
    this.#chart.options = this.#options(model);
    this.#chart.update("none");
  }

  retheme(): void {
    this.#theme = readTheme();
    if (this.#model) this.draw(this.#model);
  }

  setCursor(cursor: Cursor | undefined): void {
    if (this.#cursor?.at === cursor?.at && this.#cursor?.line === cursor?.line) return;
    this.#cursor = cursor;
    this.#chart.draw();
  }

  setSelection(selection: Window | undefined): void {
    this.#selection = selection;
    this.#chart.draw();
  }

  /** Values that are drawn for a line: smoothed ones where that is on. */
  shownValues(line: Line): Float64Array {
    return this.#model ? this.#smoothed.of(line, this.#model) : line.y;
  }

  /** The x value at a distance from the left edge of the canvas. */
  xAt(pixel: number): number {
    return this.#chart.scales["x"]?.getValueForPixel(pixel) ?? 0;
  }

  /** Distance from the left edge of the canvas. */
  pixelAt(x: number): number {
    return this.#chart.scales["x"]?.getPixelForValue(x) ?? 0;
  }

  get window(): Window {
    return this.#model?.window ?? this.extent;
  }

  get extent(): Window {
    return extentOf(this.#model ?? { lines: [] });
  }

  #datasets(line: Line, model: LineModel): ChartDataset<"line", ChartPoint[]>[] {
    const values = this.#smoothed.of(line, model);
    const own = this.#color(line.tone);
    const color = line.isFaint === true ? withOpacity(own, rawOpacity) : own;
    const main = this.#dataset(line, values, color, model);
    // Smoothing moves the mean, so the spread around the raw one would be beside it.
    if (values === line.y && line.spread) return [main, ...this.#area(line, line.spread, color, model)];
    if (values === line.y) return [main];
    const raw = this.#dataset(line, line.y, withOpacity(color, rawOpacity), model);
    return [{ ...raw, borderWidth: 1, borderDash: [], pointRadius: 0 }, main];
  }

  /** Two lines that are not seen, with the area between them. */
  #area(
    line: Line,
    { low, high }: NonNullable<Line["spread"]>,
    color: string,
    model: LineModel,
  ): ChartDataset<"line", ChartPoint[]>[] {
    const edge = { borderWidth: 0, pointRadius: 0 } as const;
    const backgroundColor = withOpacity(color, spreadOpacity);
    return [
      { ...this.#dataset(line, low, color, model), ...edge },
      { ...this.#dataset(line, high, color, model), ...edge, backgroundColor, fill: "-1" },
    ];
  }

  #dataset(line: Line, y: Float64Array, color: string, model: LineModel): ChartDataset<"line", ChartPoint[]> {
    const rows = decimate(line.x, y, buckets, model.window);
    const all = Array.from(rows, (row): ChartPoint => ({ x: line.x[row] ?? 0, y: y[row] ?? Number.NaN }));
    const points = model.window ? cutAtEdges(all, model.window, line.isUnjoined === true) : all;
    const isMarked = line.isUnjoined === true || (line.hasMarkers && rows.length <= maxMarkers) || rows.length === 1;
    const radius = line.isUnjoined === true ? 5 : 3;
    return {
      data: points,
      parsing: false,
      normalized: true,
      borderColor: color,
      backgroundColor: color,
      borderWidth: line.isFaint === true ? 1 : this.#theme.isHighContrast ? 2.5 : 1.75,
      borderDash: [...dashOf(line.tone)],
      borderJoinStyle: "round",
      // Markers at the edges are drawn whole.
      clip: 8,
      pointRadius: isMarked ? points.map(({ isEdge }) => (isEdge === true ? 0 : radius)) : 0,
      pointStyle: markerOf(line.tone),
      pointBorderWidth: line.isUnjoined === true ? 2 : 1,
      pointBorderColor: color,
      pointBackgroundColor: line.isUnjoined === true ? this.#theme.background : color,
      showLine: line.isUnjoined !== true,
      spanGaps: false,
    };
  }

  #options(model: LineModel): ChartOptions<"line"> {
    const { muted, grid, fontFamily, fontSize } = this.#theme;
    const font = { family: fontFamily, size: fontSize };
    const { from, to } = model.window ?? extentOf(model);
    const axis = { grid: { color: grid, tickColor: grid }, border: { color: muted } };
    const ticks = { color: muted, font, maxRotation: 0 };
    const isWhole = model.unit === "step" || (model.unit === "epoch" && to - from > 3);
    const write = (format: (value: number) => string) => (value: string | number) => format(Number(value));
    return {
      animation: false,
      responsive: true,
      maintainAspectRatio: false,
      events: [],
      layout: { padding: { top: 6, right: 10 } },
      scales: {
        x: {
          ...axis,
          type: "linear",
          min: from,
          max: to,
          grid: { display: false },
          title: { display: true, text: model.xTitle, color: muted, font, padding: 0 },
          ticks: {
            ...ticks,
            ...(isWhole && { precision: 0 }),
            includeBounds: false,
            autoSkipPadding: 24,
            callback: write(model.formatX),
          },
        },
        y: {
          ...axis,
          type: model.isLogY ? "logarithmic" : "linear",
          beginAtZero: model.startsAtZero ?? false,
          ...(!model.isLogY && !model.startsAtZero && { afterDataLimits: padded }),
          border: { display: false },
          ticks: { ...ticks, maxTicksLimit: 7, callback: write(model.formatY), ...this.#byteSteps(model) },
        },
      },
    };
  }

  /** Bytes are read in binary units, so their ticks are powers of two apart. */
  #byteSteps({ lines, isBytes }: LineModel): { stepSize?: number } {
    if (isBytes !== true) return {};
    const highest = lines.reduce((most, { y }) => y.reduce((high, value) => (value > high ? value : high), most), 1);
    return { stepSize: 2 ** Math.ceil(Math.log2(highest / 6)) };
  }

  #color(tone: number): string {
    return this.#theme.series[colorIndex(tone)] ?? this.#theme.text;
  }

  #drawBands(context: CanvasRenderingContext2D): void {
    const { left, right, top, bottom } = this.#chart.chartArea;
    context.save();
    context.font = `${this.#theme.fontSize}px ${this.#theme.fontFamily}`;
    context.textBaseline = "top";
    for (const { from, to, name, tone } of this.#model?.bands ?? []) {
      const start = Math.max(left, this.pixelAt(from));
      const end = Math.min(right, this.pixelAt(to));
      if (end <= start) continue;
      context.fillStyle = withOpacity(this.#color(tone), bandOpacity);
      context.fillRect(start, top, end - start, bottom - top);
      if (this.#theme.isHighContrast) {
        context.strokeStyle = this.#theme.text;
        context.strokeRect(start + 0.5, top + 0.5, end - start - 1, bottom - top - 1);
      }
      context.fillStyle = this.#theme.text;
      if (context.measureText(name).width + 10 < end - start) context.fillText(name, start + 5, top + 5);
    }
    context.restore();
  }

  #drawOverlay(context: CanvasRenderingContext2D): void {
    const { left, right, top, bottom } = this.#chart.chartArea;
    context.save();
    context.beginPath();
    context.rect(left - 5, top - 5, right - left + 10, bottom - top + 10);
    context.clip();
    if (this.#selection) {
      const [start, end] = [this.pixelAt(this.#selection.from), this.pixelAt(this.#selection.to)];
      context.fillStyle = withOpacity(this.#theme.accent, 0.25);
      context.fillRect(start, top, end - start, bottom - top);
      context.strokeStyle = this.#theme.accent;
      context.strokeRect(start, top, end - start, bottom - top);
    }
    for (const line of this.#visible()) if (line.markedRow !== undefined) this.#ring(context, line, line.markedRow, 6);
    if (this.#cursor) this.#drawCursor(context, this.#cursor, top, bottom);
    context.restore();
  }

  #drawCursor(context: CanvasRenderingContext2D, { at, line: focused }: Cursor, top: number, bottom: number): void {
    const x = this.pixelAt(at);
    context.strokeStyle = this.#theme.muted;
    context.lineWidth = 1;
    context.beginPath();
    context.moveTo(x, top);
    context.lineTo(x, bottom);
    context.stroke();
    for (const line of this.#visible()) {
      const row = rowAt(line, at, this.window);
      if (row >= 0) this.#ring(context, line, row, line.id === focused ? 6 : 3.5);
    }
  }

  #visible(): readonly Line[] {
    return this.#model?.lines.filter(({ id }) => this.#model?.hidden.has(id) !== true) ?? [];
  }

  #ring(context: CanvasRenderingContext2D, line: Line, row: number, radius: number): void {
    const y = this.shownValues(line)[row] ?? Number.NaN;
    if (!Number.isFinite(y)) return;
    context.beginPath();
    context.arc(
      this.pixelAt(line.x[row] ?? 0),
      this.#chart.scales["y"]?.getPixelForValue(y) ?? 0,
      radius,
      0,
      2 * Math.PI,
    );
    context.fillStyle = this.#theme.background;
    if (radius < 5) context.fill();
    context.strokeStyle = this.#color(line.tone);
    context.lineWidth = 2;
    context.stroke();
  }
}

/** Leaves some room at both ends, but none below zero for what cannot be negative. */
function padded(scale: Scale): void {
  const room = 0.04 * (scale.max - scale.min);
  scale.max += room;
  scale.min = scale.min >= 0 ? Math.max(0, scale.min - room) : scale.min - room;
}
