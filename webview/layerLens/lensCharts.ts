import { confidenceTable } from "../../src/core/views/chartTables";
import type { ModalityLens } from "../../src/core/views/layerLensState";
import { heatScene } from "../../src/core/views/scenes/heatScene";
import { intervalScene } from "../../src/core/views/scenes/intervalScene";
import type { Scene } from "../../src/core/views/scenes/scene";
import type { Split } from "../../src/core/experiment/runEvent";
import { ChartFrame } from "../shared/chartFrame";
import { element } from "../shared/dom";
import type { Line, LineModel } from "../shared/lineModel";
import { LinePlot } from "../shared/linePlot";
import type { PlotGroup } from "../shared/plotGroup";
import { SceneView } from "../shared/sceneView";
import type { Ui } from "../shared/ui";

const printWidth = 720;
/** More lines than this cannot be told apart; the heat map has all layers. */
const maxLines = 8;

const splitLabels = { train: "trainSplit", val: "valSplit", test: "testSplit" } as const;

/** One modality at one evaluation. */
export interface Shown {
  readonly lens: ModalityLens;
  readonly evaluation: number;
  readonly revision: number;
}

/** The drawings of one modality: spread by layer now, means over training, lines by layer, entropy. */
export class LensCharts {
  readonly root: HTMLElement;
  readonly #ui: Ui;
  readonly #group: PlotGroup;
  readonly #interval: ChartFrame;
  readonly #heat: ChartFrame;
  readonly #intervalView: SceneView;
  readonly #heatView: SceneView;
  readonly #history: LinePlot;
  readonly #entropy: LinePlot;
  #shown: Shown | undefined;

  /**
   * @param select is told the evaluation whose column was chosen
   * @param inspect is told the layer whose row was chosen
   */
  constructor(ui: Ui, group: PlotGroup, select: (evaluation: number) => void, inspect: (layer: string) => void) {
    this.#ui = ui;
    this.#group = group;
    const { label } = ui.texts;
    const source = (chart: string): string => `${chart}.${this.#shown?.lens.modality ?? ""}`;
    const table = () => this.#shown && confidenceTable(this.#shown.lens);
    const frame = (chart: string, title: string, scene: (shown: Shown, width: number) => Scene): ChartFrame =>
      new ChartFrame(ui, {
        chart,
        source: () => source(chart),
        title,
        table,
        help: label("drawingHelp"),
        scene: () => (this.#shown ? scene(this.#shown, printWidth) : { width: 1, height: 1, shapes: [], targets: [] }),
      });
    this.#interval = frame("interval", label("intervalTitle"), (shown, width) => this.#intervals(shown, width));
    this.#heat = frame("heat", label("heatTitle"), (shown, width) => this.#heatMap(shown, width));
    this.#intervalView = new SceneView(this.#interval.stage, {
      say: (text) => this.#interval.say(text),
      // Rows count from the top, layers from the bottom.
      choose: ({ row }) => {
        const layer = this.#shown?.lens.layers.at(-1 - row);
        if (layer !== undefined) inspect(layer);
      },
    });
    this.#heatView = new SceneView(this.#heat.stage, {
      say: (text) => this.#heat.say(text),
      choose: ({ column }) => select(column),
    });
    const plot = (chart: string, title: string): LinePlot =>
      new LinePlot(ui, { chart, title, table, source: () => source(chart) }, group.events);
    this.#history = plot("history", label("historyTitle"));
    this.#entropy = plot("entropy", label("entropyTitle"));
    group.plots.push(this.#history, this.#entropy);
    const frames = [this.#interval, this.#heat, this.#history.frame, this.#entropy.frame];
    this.root = element("div", { class: "charts" }, ...frames.map(({ root }) => root));
    new ResizeObserver(() => this.#drawScenes()).observe(this.#heat.stage);
  }

  draw(shown: Shown): void {
    this.#shown = shown;
    this.#drawScenes();
    this.#drawLines(shown);
  }

  splitName(split: Split): string {
    return this.#ui.texts.label(splitLabels[split]);
  }

  #drawScenes(): void {
    const shown = this.#shown;
    if (!shown || this.#heatView.width === 0) return;
    const { label } = this.#ui.texts;
    const { lens, evaluation } = shown;
    const at = lens.evaluations[evaluation];
    this.#interval.setCaption(at ? label("intervalCaption", this.splitName(at.split), at.epoch) : "");
    this.#heat.setCaption(label("heatCaption"));
    const intervals = this.#intervals(shown, this.#intervalView.width);
    const words = intervals.targets.map(({ text }) => text).join(". ");
    this.#interval.setSummary(words);
    this.#heat.setSummary(words);
    this.#intervalView.draw(intervals);
    this.#heatView.draw(this.#heatMap(shown, this.#heatView.width));
    this.#interval.refreshTable();
    this.#heat.refreshTable();
  }

  #drawLines({ lens, revision }: Shown): void {
    const { label, format } = this.#ui.texts;
    const { layers, evaluations, means, entropies } = lens;
    // A test of the best epoch comes after training: it is no point of the history.
    const rows = [...evaluations.keys()].filter((e) => evaluations[e]?.split !== "test");
    const x = Float64Array.from(rows, (e) => evaluations[e]?.epoch ?? Number.NaN);
    const line = (id: string, name: string, tone: number, y: (e: number) => number | undefined): Line => ({
      id,
      label: name,
      tone,
      x,
      y: Float64Array.from(rows, (e) => y(e) ?? Number.NaN),
      hasMarkers: true,
      isSmoothable: false,
    });
    const shared: Omit<LineModel, "lines"> = {
      unit: "epoch",
      xTitle: label("epochAxis"),
      window: this.#group.view.window,
      hidden: this.#group.view.hidden,
      isLogY: false,
      startsAtZero: true,
      smoothing: 0,
      revision,
      formatX: format.number,
      formatY: format.shortPercent,
    };
    const drawn = heaviest(lens, maxLines);
    const lines = drawn.map((l) => line(layers[l] ?? "", layers[l] ?? "", l, (e) => means[e * layers.length + l]));
    this.#history.frame.setCaption(drawn.length < layers.length ? label("historyCaption", drawn.length) : "");
    this.#history.draw({ ...shared, lines });
    this.#entropy.frame.setCaption(label("entropyCaption"));
    const entropy = line("entropy", label("entropy"), 3, (e) => entropies[e]);
    this.#entropy.draw({ ...shared, lines: [entropy], formatY: format.number });
  }

  #intervals({ lens, evaluation }: Shown, width: number): Scene {
    const { label, format } = this.#ui.texts;
    return intervalScene(lens, evaluation, width, {
      axis: label("confidence"),
      uniform: label("uniform"),
      percent: format.percent,
      tick: format.shortPercent,
      layer: (name, ...shares) => label("layerText", name, ...shares.map(format.percent)),
    });
  }

  #heatMap({ lens, evaluation }: Shown, width: number): Scene {
    const { label, format } = this.#ui.texts;
    return heatScene(lens, evaluation, width, {
      axis: label("epochAxis"),
      percent: format.percent,
      cell: (layer, { epoch, split }, mean) =>
        label("cellText", layer, epoch, this.splitName(split), format.percent(mean)),
    });
  }
}

/** The layers that weigh most in the newest evaluation, low to high. */
function heaviest({ layers, evaluations, means }: ModalityLens, count: number): readonly number[] {
  const newest = means.subarray((evaluations.length - 1) * layers.length); // [L]
  const order = [...layers.keys()].sort((a, b) => (newest[b] ?? 0) - (newest[a] ?? 0));
  return order.slice(0, count).sort((a, b) => a - b);
}
