import "@vscode-elements/elements/dist/vscode-button/index.js";
import { comparisonData, comparisonLatex, comparisonMarkdown } from "../../src/core/views/comparison/comparisonExport";
import type { ExportTexts } from "../../src/core/views/comparison/comparisonExport";
import type { ComparisonTable } from "../../src/core/views/comparison/comparisonTable";
import { comparisonTable } from "../../src/core/views/comparison/comparisonTable";
import { csv } from "../../src/core/views/csv";
import type { TextFormat } from "../../src/protocol/panelIntent";
import type { ComparisonMessage } from "../../src/protocol/panelMessage";
import { element, setText, show } from "../shared/dom";
import { loadSaved, save, send } from "../shared/host";
import { menuButton } from "../shared/menuButton";
import { PlotGroup } from "../shared/plotGroup";
import { Texts } from "../shared/texts";
import { followTheme } from "../shared/theme";
import type { Ui } from "../shared/ui";
import type { ComparisonModel } from "./comparisonModel";
import { received, shownOf } from "./comparisonModel";
import { comparisonTexts } from "./comparisonTexts";
import type { ComparisonView } from "./comparisonView";
import { readView } from "./comparisonView";
import { ConfidenceCharts } from "./confidenceCharts";
import { Controls } from "./controls";
import { CurveCharts } from "./curveCharts";
import { ScatterChart } from "./scatterChart";
import { TableView } from "./tableView";

/** The page: a table of the groups, their curves, and what quality costs. Draws once per frame, however much arrives. */
class Comparison {
  readonly #ui: Ui;
  readonly #summary = element("p", { class: "subtitle" });
  readonly #reading = element("p", { class: "hint", role: "status" });
  readonly #empty: HTMLElement;
  readonly #content: HTMLElement;
  readonly #controls: Controls;
  readonly #table: TableView;
  readonly #group: PlotGroup;
  readonly #curves: CurveCharts;
  readonly #scatter: ScatterChart;
  readonly #confidence: ConfidenceCharts;
  #view: ComparisonView = readView(loadSaved());
  #model: ComparisonModel;
  #frame: number | undefined;

  constructor(ui: Ui, model: ComparisonModel) {
    this.#ui = ui;
    this.#model = model;
    const { label } = ui.texts;
    const change = (changed: Partial<ComparisonView>): void => this.#change(changed);
    const hidden = new Set(this.#view.hidden);
    this.#group = new PlotGroup({ window: undefined, hidden }, ({ window, hidden: now }) =>
      change({ window, hidden: [...now] }),
    );
    this.#controls = new Controls(ui, this.#view, change);
    this.#table = new TableView(ui, { change });
    this.#curves = new CurveCharts(ui, this.#group);
    this.#scatter = new ScatterChart(ui);
    this.#confidence = new ConfidenceCharts(ui, this.#group.events.toggle);
    this.#empty = element("p", { class: "hint" }, label("compareEmpty"));
    const below = element("div", { class: "charts" }, this.#scatter.plot.frame.root);
    this.#content = element(
      "div",
      {},
      this.#controls.tableControls,
      this.#table.root,
      this.#controls.curveControls,
      this.#curves.root,
      element("div", { class: "below" }, below, this.#confidence.root),
    );
    const add = document.createElement("vscode-button");
    add.textContent = label("addRuns");
    add.addEventListener("click", () => send({ kind: "addRuns" }));
    const actions = element("div", { class: "actions" }, add, this.#exportMenu());
    const head = element(
      "header",
      {},
      element("div", { class: "title-line" }, element("h1", {}, label("compareTitle")), actions),
      this.#summary,
      this.#reading,
    );
    document.body.replaceChildren(element("main", {}, head, this.#empty, this.#content));
    followTheme(() => {
      for (const plot of this.#group.plots) plot.retheme();
      this.#scatter.plot.retheme();
      for (const plot of this.#confidence.plots.values()) plot.retheme();
    });
    this.#redraw();
  }

  draw(model: ComparisonModel): void {
    this.#model = model;
    this.#redraw();
  }

  #change(change: Partial<ComparisonView>): void {
    this.#view = { ...this.#view, ...change };
    const { window, hidden } = this.#group.view;
    if (window !== this.#view.window) this.#group.setView({ window: this.#view.window, hidden });
    this.#redraw();
  }

  #redraw(): void {
    if (this.#frame !== undefined) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = undefined;
      const { label } = this.#ui.texts;
      const { runs, groups, unread } = this.#model;
      setText(this.#summary, runs.length === 0 ? "" : label("compareSummary", runs.length, groups.length));
      setText(this.#reading, unread === 0 ? "" : label("compareReading", unread));
      show(this.#reading, unread > 0);
      show(this.#empty, runs.length === 0 && unread === 0);
      show(this.#content, runs.length > 0);
      if (runs.length > 0) this.#drawContent();
      save({ ...this.#view, directories: runs.map(({ id }) => id) });
    });
  }

  #drawContent(): void {
    const shown = shownOf(this.#model, this.#view);
    this.#controls.draw(this.#model, this.#view);
    this.#table.draw(this.#tableOf(), this.#view, this.#texts());
    this.#curves.draw(this.#model, this.#view);
    this.#scatter.draw(this.#model, shown);
    this.#confidence.draw(this.#model, this.#group.view.hidden);
  }

  #tableOf(): ComparisonTable {
    const { groups, metrics } = this.#model;
    const { metric, split } = shownOf(this.#model, this.#view);
    const { baseline, showsAllSettings, showsAllMetrics, sort } = this.#view;
    const all = [metric, ...metrics.filter((name) => name !== metric)];
    const shown = showsAllMetrics ? all : [metric];
    return comparisonTable(groups, { split, metric, metrics: shown, baseline, showsAllSettings, sort });
  }

  #texts(): ExportTexts {
    const { split } = shownOf(this.#model, this.#view);
    const baseline = this.#model.groups.find(({ key }) => key === this.#view.baseline);
    return comparisonTexts(this.#ui, split, baseline?.label);
  }

  #exportMenu(): HTMLElement {
    const { label } = this.#ui.texts;
    const write = (format: TextFormat): string => {
      const [table, texts] = [this.#tableOf(), this.#texts()];
      if (format === "markdown") return comparisonMarkdown(table, texts);
      return format === "latex" ? comparisonLatex(table, texts) : csv(comparisonData(table));
    };
    const item = (name: Parameters<typeof label>[0], format: TextFormat, how: "copy" | "open" | "save") => ({
      text: () => label(name),
      run: () => send({ kind: "giveText", format, how, name: "table", text: write(format) }),
    });
    return menuButton(
      label("exportTable"),
      [
        item("copyMarkdown", "markdown", "copy"),
        item("copyLatex", "latex", "copy"),
        item("copyCsv", "csv", "copy"),
        item("openMarkdown", "markdown", "open"),
        item("openLatex", "latex", "open"),
        item("openCsv", "csv", "open"),
        item("saveMarkdown", "markdown", "save"),
        item("saveLatex", "latex", "save"),
        item("exportCsv", "csv", "save"),
      ],
      label("exportTable"),
    );
  }
}

let model: ComparisonModel | undefined;
let comparison: Comparison | undefined;

window.addEventListener("message", ({ data: message }: MessageEvent<ComparisonMessage>) => {
  if (message.kind === "patch" && model === undefined) return;
  model = received(model, message);
  if (comparison) comparison.draw(model);
  else if (message.kind === "state") {
    const texts = new Texts(message.labels, document.documentElement.lang || "en");
    comparison = new Comparison({ texts, send }, model);
  }
});
send({ kind: "ready" });
