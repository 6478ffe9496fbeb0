import type { ComparedCurve, ComparedCurves } from "../../src/core/views/comparison/comparedCurves";
import type { ComparisonGroup } from "../../src/core/views/comparison/comparisonGroups";
import { seedBand } from "../../src/core/views/comparison/seedBand";
import type { DataTable } from "../../src/core/views/csv";
import { metricLabel } from "../../src/core/views/metricGroups";
import { element } from "../shared/dom";
import type { Line, LineModel, XUnit } from "../shared/lineModel";
import { LinePlot } from "../shared/linePlot";
import type { PlotGroup } from "../shared/plotGroup";
import type { Ui } from "../shared/ui";
import type { ComparisonModel } from "./comparisonModel";
import { shownOf } from "./comparisonModel";
import type { ComparisonView } from "./comparisonView";

const unitTitles = { step: "stepAxis", epoch: "epochAxis", seconds: "timeAxis" } as const;
type Pick_ = (curves: ComparedCurves) => ComparedCurve | undefined;

/** The loss and the metric of all groups, overlaid: means over seeds with bands, and each seed if that is wanted. */
export class CurveCharts {
  readonly root: HTMLElement;
  readonly #ui: Ui;
  readonly #group: PlotGroup;
  readonly #loss: LinePlot;
  #metric: LinePlot | undefined;
  #metricName = "";
  #model: ComparisonModel | undefined;
  #unit: XUnit = "epoch";

  constructor(ui: Ui, group: PlotGroup) {
    this.#ui = ui;
    this.#group = group;
    this.#loss = this.#plot("loss", ui.texts.label("lossCompared"), ({ loss }) => loss);
    this.root = element("div", { class: "charts" }, this.#loss.frame.root);
  }

  draw(model: ComparisonModel, view: ComparisonView): void {
    const { label, format } = this.#ui.texts;
    this.#model = model;
    this.#unit = view.unit;
    const { metric } = shownOf(model, view);
    this.#showMetric(metric);
    const shared: Omit<LineModel, "lines" | "isLogY"> = {
      unit: view.unit,
      xTitle: label(unitTitles[view.unit]),
      window: this.#group.view.window,
      hidden: this.#group.view.hidden,
      smoothing: 0,
      revision: model.revision * 2 + Number(view.showsSeeds),
      formatX: view.unit === "step" ? format.integer : format.number,
      formatY: format.number,
    };
    const lines = (pick: Pick_, hasMarkers: boolean): readonly Line[] =>
      model.groups.flatMap((group) => this.#lines(group, pick, hasMarkers, view.showsSeeds));
    this.#loss.draw({ ...shared, lines: lines(({ loss }) => loss, false), isLogY: view.isLogY });
    this.#metric?.draw({ ...shared, lines: lines(({ metrics }) => metrics[metric], true), isLogY: false });
    const caption = label("bandCaption");
    for (const plot of [this.#loss, this.#metric]) plot?.frame.setCaption(caption);
  }

  #lines(group: ComparisonGroup, pick: Pick_, hasMarkers: boolean, showsSeeds: boolean): readonly Line[] {
    const { key: id, label, tone } = group;
    const curves = this.#curves(group, pick);
    if (curves.length === 0) return [];
    const style = { tone, hasMarkers, isSmoothable: false };
    const { x, mean, low, high } = seedBand(curves);
    const spread = curves.length > 1 ? { low, high } : undefined;
    const main: Line = { ...style, id, label: `${label} (n = ${curves.length})`, x, y: mean, spread };
    const isHidden = this.#group.view.hidden.has(id);
    if (!showsSeeds || curves.length < 2 || isHidden) return [main];
    const seeds = curves.map(({ x: own, y, name }): Line => {
      return { ...style, id: `${id} ${name}`, label: name, x: own, y, isFaint: true, hasMarkers: false };
    });
    return [...seeds, main];
  }

  #curves({ counted }: ComparisonGroup, pick: Pick_): readonly { x: Float64Array; y: Float64Array; name: string }[] {
    return counted.flatMap(({ id, name }) => {
      const curves = this.#model?.curves.get(id);
      const curve = curves && pick(curves);
      return curve && curve.y.length > 0 ? [{ x: curve[this.#unit], y: curve.y, name }] : [];
    });
  }

  #showMetric(metric: string): void {
    if (metric === this.#metricName || metric === "") return;
    this.#metricName = metric;
    const title = this.#ui.texts.label("metricCompared", metricLabel(metric));
    this.#group.plots.splice(1);
    this.#metric = this.#plot(`metric.${metric}`, title, ({ metrics }) => metrics[metric]);
    this.root.replaceChildren(this.#loss.frame.root, this.#metric.frame.root);
  }

  #plot(chart: string, title: string, pick: Pick_): LinePlot {
    const table = (): DataTable | undefined => this.#table(pick);
    const plot = new LinePlot(this.#ui, { chart, title, table, isLocal: true }, this.#group.events);
    this.#group.plots.push(plot);
    return plot;
  }

  /** Every point of every run that is drawn, as the page has it. */
  #table(pick: Pick_): DataTable | undefined {
    const { groups = [], curves } = this.#model ?? {};
    const rows = groups.flatMap((group) =>
      group.counted.flatMap(({ id, name, seed }) => {
        const own = curves?.get(id);
        const curve = own && pick(own);
        return curve ? Array.from(curve.y.keys(), (i) => ({ group: group.label, name, seed, curve, i })) : [];
      }),
    );
    return {
      columns: ["group", "run", "seed", "step", "epoch", "seconds", "value"],
      rowCount: rows.length,
      cell(row, column) {
        const at = rows[row];
        if (!at) return Number.NaN;
        const { curve, i } = at;
        const cells = [at.group, at.name, at.seed, curve.step[i], curve.epoch[i], curve.seconds[i], curve.y[i]];
        return cells[column] ?? Number.NaN;
      },
    };
  }
}
