import { splitNames } from "../../src/core/experiment/eventNames";
import type { stepCharts } from "../../src/core/views/chartTables";
import { dashboardTable } from "../../src/core/views/chartTables";
import type { ColumnTable } from "../../src/core/views/columnTable";
import { metricGroups, metricLabel } from "../../src/core/views/metricGroups";
import { element } from "../shared/dom";
import type { Line, LineModel, XUnit } from "../shared/lineModel";
import { LinePlot } from "../shared/linePlot";
import type { PlotGroup } from "../shared/plotGroup";
import type { Ui } from "../shared/ui";
import type { DashboardModel } from "./dashboardModel";
import type { DashboardView } from "./dashboardView";

type StepChart = (typeof stepCharts)[number];
const unitTitles = { step: "stepAxis", epoch: "epochAxis", seconds: "timeAxis" } as const;

type SharedModel = Omit<LineModel, "lines" | "isLogY" | "formatY">;

/** Charts of the training: loss, one per group of metrics, learning rate, gradient norm, speed. */
export class TrainingTab {
  readonly root = element("div", { class: "charts" });
  readonly #ui: Ui;
  readonly #group: PlotGroup;
  readonly #steps: Readonly<Record<StepChart, LinePlot>>;
  readonly #metrics = new Map<string, LinePlot>();
  #model: DashboardModel | undefined;

  constructor(ui: Ui, group: PlotGroup) {
    this.#ui = ui;
    this.#group = group;
    const plot = (chart: StepChart): LinePlot => this.#plot(chart, ui.texts.label(chart));
    this.#steps = {
      loss: plot("loss"),
      learningRate: plot("learningRate"),
      gradientNorm: plot("gradientNorm"),
      samplesPerSecond: plot("samplesPerSecond"),
    };
    this.#arrange();
  }

  draw(model: DashboardModel, view: DashboardView): void {
    this.#model = model;
    const { label, format } = this.#ui.texts;
    const { steps, epochs, evaluations } = model.tables;
    const { unit, smoothing } = view;
    const shared: SharedModel = {
      unit,
      xTitle: label(unitTitles[unit]),
      smoothing,
      revision: model.revision,
      window: this.#group.view.window,
      hidden: this.#group.view.hidden,
      formatX: formatX(unit, this.#ui),
    };
    const line = (chart: StepChart): Line => ({
      ...xy(steps, unit, chart),
      id: chart,
      label: label(chart),
      tone: 0,
      hasMarkers: false,
      isSmoothable: chart !== "learningRate",
    });
    const means: Line = {
      ...xy(epochs, unit, "meanLoss"),
      id: "meanLoss",
      label: label("epochMean"),
      tone: 1,
      hasMarkers: true,
      isSmoothable: false,
    };
    const { number, integer } = format;
    this.#steps.loss.draw({ ...shared, lines: [line("loss"), means], isLogY: view.isLogY, formatY: number });
    const rate = { isLogY: view.isLogY, startsAtZero: true, formatY: number };
    this.#steps.learningRate.draw({ ...shared, lines: [line("learningRate")], ...rate });
    this.#steps.gradientNorm.draw({ ...shared, lines: [line("gradientNorm")], isLogY: view.isLogY, formatY: number });
    const speed = { isLogY: false, startsAtZero: true, formatY: integer };
    this.#steps.samplesPerSecond.draw({ ...shared, lines: [line("samplesPerSecond")], ...speed });
    this.#drawMetrics(evaluations, shared, model.state.head.selector);
  }

  /** One chart per group: those have a common scale, which others would squeeze. */
  #drawMetrics(evaluations: ColumnTable, shared: SharedModel, selector: string): void {
    const groups = metricGroups(evaluations.columnNames, selector);
    const isNew = groups.some(({ name }) => !this.#metrics.has(name));
    for (const { name, metrics } of groups) {
      const title = metricLabel(name);
      const plot = this.#metrics.get(name) ?? this.#plot(`metrics.${name}`, title);
      this.#metrics.set(name, plot);
      const lines = metrics.flatMap((metric, tone) =>
        this.#metricLines(evaluations, shared.unit, metric, tone, selector),
      );
      plot.draw({ ...shared, lines, isLogY: false, formatY: this.#ui.texts.format.number });
    }
    if (isNew) this.#arrange();
  }

  /** A line per split that has evaluations: joined points on validation, a lone point for the test of the best epoch. */
  #metricLines(table: ColumnTable, unit: XUnit, metric: string, tone: number, selector: string): readonly Line[] {
    const name = metricLabel(metric.slice(metric.indexOf(".") + 1));
    return splitNames.flatMap((split, index): readonly Line[] => {
      const rows = rowsOf(table, index);
      if (rows.length === 0) return [];
      const isTest = split === "test";
      const y = pick(table.column(metric), rows);
      const isBest = pick(table.column("isBest"), rows);
      return [
        {
          id: `${metric}.${split}`,
          label: `${name} ${split}`,
          tone,
          x: pick(table.column(unit), rows),
          y,
          hasMarkers: true,
          isSmoothable: false,
          isUnjoined: isTest,
          markedRow: !isTest && metric === selector && isBest.includes(1) ? isBest.lastIndexOf(1) : undefined,
        },
      ];
    });
  }

  #plot(chart: string, title: string): LinePlot {
    const table = () => {
      const { tables, state } = this.#model ?? {};
      return tables && state && dashboardTable({ tables, ledger: state.ledger, selector: state.head.selector }, chart);
    };
    const plot = new LinePlot(this.#ui, { chart, title, table }, this.#group.events);
    this.#group.plots.push(plot);
    return plot;
  }

  #arrange(): void {
    const { loss, learningRate, gradientNorm, samplesPerSecond } = this.#steps;
    const plots = [loss, ...this.#metrics.values(), learningRate, gradientNorm, samplesPerSecond];
    this.root.replaceChildren(...plots.map(({ frame }) => frame.root));
  }
}

export function formatX(unit: XUnit, { texts: { format } }: Ui): (value: number) => string {
  return unit === "step" ? format.integer : format.number;
}

function xy(table: ColumnTable, unit: XUnit, name: string): Pick<Line, "x" | "y"> {
  return { x: table.column(unit), y: table.column(name) };
}

function rowsOf(table: ColumnTable, split: number): readonly number[] {
  const splits = table.column("split");
  return Array.from(splits.keys()).filter((row) => splits[row] === split);
}

function pick(values: Float64Array, rows: readonly number[]): Float64Array {
  return Float64Array.from(rows, (row) => values[row] ?? Number.NaN);
}
