import type { BubbleDataPoint, ChartDataset, Plugin } from "chart.js";
import { BubbleController, Chart, LinearScale, LogarithmicScale, PointElement } from "chart.js";
import type { Scene } from "../../src/core/views/scenes/scene";
import type { FrameOptions } from "./chartFrame";
import { ChartFrame } from "./chartFrame";
import { element, show } from "./dom";
import { colorIndex, markerOf } from "./lineStyle";
import { axisStyle, drawOn, plainChart, withOpacity } from "./overlay";
import { walk } from "./pointWalk";
import type { ChartTheme } from "./theme";
import { readTheme } from "./theme";
import type { Ui } from "./ui";

Chart.register(BubbleController, PointElement, LinearScale, LogarithmicScale);

export interface Bubble {
  readonly id: string;
  readonly label: string;
  readonly tone: number;
  readonly x: number;
  readonly y: number;
  /** Area, as a share of the largest. */
  readonly share: number;
  /** Half length of the error bar along y. */
  readonly error?: number | undefined;
  /** Everything about it, in words. */
  readonly text: string;
}

export interface ScatterModel {
  readonly bubbles: readonly Bubble[];
  readonly xTitle: string;
  readonly yTitle: string;
  readonly formatX: (value: number) => string;
  readonly formatY: (value: number) => string;
  /** Steps of the x axis, where they are not to be round in decimal. */
  readonly xStep?: number | undefined;
}

export type ScatterPlotOptions = Omit<FrameOptions, "help" | "scene"> & { readonly scene: () => Scene };

/** Radius of the largest bubble, and the least of any, in pixels. */
export const [largestRadius, smallestRadius] = [22, 4];

/** Bubbles drawn with chart.js, named beside them, with all that belongs to a chart. */
export class ScatterPlot {
  readonly frame: ChartFrame;
  readonly #chart: Chart<"bubble", BubbleDataPoint[]>;
  readonly #box: HTMLElement;
  readonly #readout = element("div", { class: "readout" });
  readonly #empty: HTMLElement;
  #theme: ChartTheme = readTheme();
  #model: ScatterModel | undefined;
  #focused: string | undefined;

  constructor(ui: Ui, options: ScatterPlotOptions) {
    this.frame = new ChartFrame(ui, { ...options, help: ui.texts.label("drawingHelp") });
    const canvas = element("canvas", { "aria-hidden": "true" });
    this.#box = element("div", { class: "canvas-box" }, canvas);
    this.#empty = element("p", { class: "hint empty" }, ui.texts.label("noData"));
    this.frame.stage.append(this.#box, this.#readout, this.#empty);
    show(this.#readout, false);
    const overlay: Plugin<"bubble"> = { id: "overlay", afterDatasetsDraw: () => this.#drawOverlay() };
    this.#chart = new Chart<"bubble", BubbleDataPoint[]>(canvas, {
      type: "bubble",
      data: { datasets: [] },
      options: plainChart,
      plugins: [overlay],
    });
    const { stage } = this.frame;
    stage.addEventListener("pointermove", (event) => this.#focus(this.#at(event)));
    stage.addEventListener("pointerleave", () => this.#focus(undefined));
    stage.addEventListener("blur", () => this.#focus(undefined));
    stage.addEventListener("keydown", (event) => this.#key(event));
  }

  draw(model: ScatterModel): void {
    this.#model = model;
    show(this.#empty, model.bubbles.length === 0);
    this.#chart.data.datasets = model.bubbles.map((bubble) => this.#dataset(bubble));
    this.#setOptions(model);
    this.#chart.update("none");
    this.frame.setSummary(model.bubbles.map(({ text }) => text).join(". "));
    this.frame.refreshTable();
  }

  retheme(): void {
    this.#theme = readTheme();
    if (this.#model) this.draw(this.#model);
  }

  #dataset({ x, y, share, tone, label }: Bubble): ChartDataset<"bubble", BubbleDataPoint[]> {
    const color = this.#theme.series[colorIndex(tone)] ?? this.#theme.text;
    return {
      label,
      data: [{ x, y, r: Math.max(smallestRadius, Math.sqrt(share) * largestRadius) }],
      backgroundColor: withOpacity(color, 0.35),
      borderColor: color,
      borderWidth: this.#theme.isHighContrast ? 2.5 : 1.5,
      pointStyle: markerOf(tone) === "circle" ? "circle" : markerOf(tone),
      clip: largestRadius,
    };
  }

  #setOptions({ xTitle, yTitle, formatX, formatY, xStep }: ScatterModel): void {
    const { axis, ticks, title } = axisStyle(this.#theme);
    this.#chart.options = {
      ...plainChart,
      layout: { padding: { top: largestRadius, right: 12 } },
      scales: {
        x: {
          ...axis,
          type: "linear",
          beginAtZero: true,
          grace: "8%",
          title: title(xTitle),
          ticks: {
            ...ticks,
            maxTicksLimit: 6,
            callback: (value) => formatX(Number(value)),
            ...(xStep !== undefined && { stepSize: xStep }),
          },
        },
        y: {
          ...axis,
          type: "linear",
          grace: "15%",
          title: title(yTitle),
          ticks: { ...ticks, maxTicksLimit: 6, callback: (value) => formatY(Number(value)) },
        },
      },
    };
  }

  #drawOverlay(): void {
    const scale = this.#chart.scales["y"];
    drawOn(this.#chart, this.#theme, (context) => {
      context.textBaseline = "middle";
      for (const [d, { label, y: value, error = 0, id }] of (this.#model?.bubbles ?? []).entries()) {
        const place = this.#placeOf(d);
        if (!place || !scale) continue;
        const { x, y, radius } = place;
        context.strokeStyle = this.#theme.text;
        context.lineWidth = 1;
        if (error > 0) {
          context.beginPath();
          context.moveTo(x, scale.getPixelForValue(value - error));
          context.lineTo(x, scale.getPixelForValue(value + error));
          context.stroke();
        }
        const isLeft = x + radius + 8 + context.measureText(label).width > this.#chart.width;
        context.fillStyle = this.#theme.text;
        context.textAlign = isLeft ? "right" : "left";
        context.fillText(label, isLeft ? x - radius - 5 : x + radius + 5, y);
        if (id !== this.#focused) continue;
        context.strokeStyle = this.#theme.accent;
        context.lineWidth = 2;
        context.beginPath();
        context.arc(x, y, radius + 4, 0, 2 * Math.PI);
        context.stroke();
      }
    });
  }

  #placeOf(dataset: number): { x: number; y: number; radius: number } | undefined {
    const point = this.#chart.getDatasetMeta(dataset).data[0];
    const share = this.#model?.bubbles[dataset]?.share ?? 0;
    return point && { x: point.x, y: point.y, radius: Math.max(smallestRadius, Math.sqrt(share) * largestRadius) };
  }

  /** The bubble under the pointer, small ones first. */
  #at({ clientX, clientY }: MouseEvent): string | undefined {
    const { left, top } = this.#box.getBoundingClientRect();
    const hits = (this.#model?.bubbles ?? []).flatMap(({ id }, d) => {
      const place = this.#placeOf(d);
      if (!place) return [];
      const distance = Math.hypot(clientX - left - place.x, clientY - top - place.y);
      return distance <= place.radius + 4 ? [{ id, radius: place.radius }] : [];
    });
    return hits.sort((a, b) => a.radius - b.radius)[0]?.id;
  }

  /** Left and right lead along the x axis, up and down along the y axis. */
  #key(event: KeyboardEvent): void {
    if (event.key === "Escape") {
      this.#focus(undefined);
      return;
    }
    const isAlongY = event.key === "ArrowUp" || event.key === "ArrowDown";
    const bubbles = (this.#model?.bubbles ?? []).toSorted((a, b) => (isAlongY ? a.y - b.y : a.x - b.x));
    const key = { ArrowUp: "ArrowRight", ArrowDown: "ArrowLeft" }[event.key] ?? event.key;
    const at = bubbles.findIndex(({ id }) => id === this.#focused);
    const to = walk({ line: 0, point: at }, key, [bubbles.length]);
    const bubble = to && bubbles[to.point];
    if (!bubble) return;
    event.preventDefault();
    this.#focus(bubble.id);
    this.frame.say(bubble.text);
  }

  #focus(id: string | undefined): void {
    if (id === this.#focused) return;
    this.#focused = id;
    this.#chart.draw();
    const d = this.#model?.bubbles.findIndex((bubble) => bubble.id === id) ?? -1;
    const bubble = this.#model?.bubbles[d];
    const place = this.#placeOf(d);
    show(this.#readout, bubble !== undefined);
    if (!bubble || !place) return;
    this.#readout.textContent = bubble.text;
    const room = this.frame.stage.clientWidth - this.#readout.offsetWidth - 4;
    const left = Math.max(0, Math.min(room, place.x + 14));
    this.#readout.style.transform = `translate(${left}px, ${place.y + place.radius + 6}px)`;
  }
}
