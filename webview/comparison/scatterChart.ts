import { estimate } from "../../src/core/experiment/statistics";
import type { ComparisonGroup } from "../../src/core/views/comparison/comparisonGroups";
import { valuesOf } from "../../src/core/views/comparison/comparisonTable";
import type { DataTable } from "../../src/core/views/csv";
import { metricLabel } from "../../src/core/views/metricGroups";
import { scatterScene } from "../../src/core/views/scenes/scatterScene";
import type { Bubble, ScatterModel } from "../shared/scatterPlot";
import { ScatterPlot } from "../shared/scatterPlot";
import type { Ui } from "../shared/ui";
import type { ComparisonModel, Shown } from "./comparisonModel";

interface Figures {
  readonly group: ComparisonGroup;
  readonly quality: number;
  readonly sd: number | undefined;
  readonly bytes: number;
  readonly params: number;
}

/** What quality costs: each group by its memory, its metric, and its trainable parameters. */
export class ScatterChart {
  readonly plot: ScatterPlot;
  readonly #ui: Ui;
  #figures: readonly Figures[] = [];
  #model: ScatterModel | undefined;

  constructor(ui: Ui) {
    this.#ui = ui;
    const { label } = ui.texts;
    const title = label("scatterTitle");
    this.plot = new ScatterPlot(ui, {
      chart: "scatter",
      title,
      isLocal: true,
      table: () => this.#table(),
      scene: () => {
        const { bubbles = [], xTitle = "", yTitle = "", formatX = String, formatY = String } = this.#model ?? {};
        const note = label("scatterCaption");
        return scatterScene({ title, bubbles, xTitle, yTitle, note, isBytes: true, formatX, formatY });
      },
    });
    this.plot.frame.setCaption(label("scatterCaption"));
  }

  draw({ groups }: ComparisonModel, { metric, split }: Shown): void {
    const { label, format } = this.#ui.texts;
    const runs = groups.flatMap(({ counted }) => counted);
    const isOnDevice = runs.length > 0 && runs.every(({ deviceBytes }) => deviceBytes !== undefined);
    this.#figures = groups.flatMap((group) => {
      const quality = [...valuesOf(group, split, metric).values()];
      const memory = group.counted.flatMap((run) => (isOnDevice ? run.deviceBytes : run.trainingBytes) ?? []);
      const params = group.counted.find(({ trainableParams }) => trainableParams !== undefined)?.trainableParams;
      if (quality.length === 0 || memory.length === 0 || params === undefined) return [];
      const { mean, standardDeviation: sd } = estimate(quality);
      return [{ group, quality: mean, sd, bytes: estimate(memory).mean, params }];
    });
    const most = Math.max(...this.#figures.map(({ params }) => params), 1);
    const longest = Math.max(...this.#figures.map(({ bytes }) => bytes), 1);
    const bubbles = this.#figures.map(({ group, quality, sd, bytes, params }): Bubble => {
      const figures = [format.number(quality), format.bytes(bytes), format.integer(params)];
      return {
        id: group.key,
        label: group.label,
        tone: group.tone,
        x: bytes,
        y: quality,
        share: params / most,
        error: sd,
        text: label("bubbleText", group.label, metricLabel(metric), ...figures),
      };
    });
    this.#model = {
      bubbles,
      xTitle: label(isOnDevice ? "deviceBytesColumn" : "trainingBytesColumn"),
      yTitle: metricLabel(metric),
      formatX: format.bytes,
      formatY: format.number,
      xStep: 2 ** Math.ceil(Math.log2(longest / 5)),
    };
    this.plot.draw(this.#model);
  }

  #table(): DataTable {
    return {
      columns: ["group", "quality", "sd", "bytes", "trainableParams"],
      rowCount: this.#figures.length,
      cell: (row, column) => {
        const { group, quality, sd, bytes, params } = this.#figures[row] ?? {};
        return [group?.label, quality, sd, bytes, params][column] ?? Number.NaN;
      },
    };
  }
}
