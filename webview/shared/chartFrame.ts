import type { DataTable } from "../../src/core/views/csv";
import type { Scene } from "../../src/core/views/scenes/scene";
import { csv } from "../../src/core/views/csv";
import { dataTable } from "./dataTable";
import { element, setText, show, uniqueId } from "./dom";
import { exportImage } from "./exportImage";
import { menuButton } from "./menuButton";
import type { Ui } from "./ui";

export interface FrameOptions {
  /** Name of the chart on the page. */
  readonly chart: string;
  /** Name of its data in intents, if that is another. */
  readonly source?: (() => string) | undefined;
  readonly title: string;
  /** How the keyboard moves within it. */
  readonly help: string;
  /** What "Show data as table" shows; undefined while there is none. */
  readonly table: () => DataTable | undefined;
  /** Whether the page has all the data of the chart; otherwise the host, which has more of them, writes files of it. */
  readonly isLocal?: boolean;
  /** The chart as a figure for print. */
  readonly scene: () => Scene;
}

/** Everything around a drawing: title, actions, legend, summary, data table, and a voice for the keyboard. */
export class ChartFrame {
  readonly root: HTMLElement;
  /** Holds the drawing, takes the focus and the keys. */
  readonly stage: HTMLElement;
  readonly legend: HTMLElement;
  readonly #ui: Ui;
  readonly #options: FrameOptions;
  readonly #title: HTMLElement;
  readonly #caption: HTMLElement;
  readonly #summary: HTMLElement;
  readonly #voice: HTMLElement;
  readonly #table: HTMLElement;

  constructor(ui: Ui, options: FrameOptions) {
    this.#ui = ui;
    this.#options = options;
    const { chart, title, help } = options;
    const [titleId, summaryId, helpId] = [uniqueId("title"), uniqueId("summary"), uniqueId("help")];
    this.#title = element("h2", { id: titleId, class: "chart-title" }, title);
    this.#caption = element("p", { class: "hint" });
    this.#summary = element("p", { class: "visually-hidden", id: summaryId });
    this.#voice = element("p", { class: "visually-hidden", "aria-live": "polite" });
    this.#table = element("div", { class: "chart-table" });
    this.legend = element("div", { class: "legend" });
    this.stage = element("div", {
      class: "stage",
      role: "application",
      tabindex: "0",
      "aria-labelledby": titleId,
      "aria-describedby": `${summaryId} ${helpId}`,
    });
    const head = element("div", { class: "chart-head" }, this.#title, this.#menu());
    const helpText = element("p", { class: "visually-hidden", id: helpId }, help);
    this.root = element(
      "figure",
      { class: "chart", "aria-labelledby": titleId, "data-chart": chart },
      head,
      this.#caption,
      this.legend,
      this.stage,
      this.#summary,
      helpText,
      this.#voice,
      this.#table,
    );
    show(this.#table, false);
    show(this.#caption, false);
  }

  /** A sentence below the title, for everyone. */
  setCaption(text: string): void {
    setText(this.#caption, text);
    show(this.#caption, text !== "");
  }

  /** What the chart shows, in words: for people who do not see it. */
  setSummary(text: string): void {
    setText(this.#summary, text);
  }

  /** Has a screen reader say where the keyboard is. */
  say(text: string): void {
    setText(this.#voice, text);
  }

  /** Brings an open data table up to date. */
  refreshTable(): void {
    if (this.#table.hidden) return;
    const table = this.#options.table();
    const { texts } = this.#ui;
    this.#table.replaceChildren(
      table && table.rowCount > 0
        ? dataTable(table, this.#title.textContent, this.#ui)
        : element("p", { class: "hint" }, texts.label("noData")),
    );
  }

  #menu(): HTMLElement {
    const { texts, send } = this.#ui;
    const { title, scene } = this.#options;
    const source = this.#options.source ?? (() => this.#options.chart);
    const image = (kind: "svg" | "png") => () => void exportImage(source(), scene(), title, kind, this.#ui);
    const give = (how: "open" | "save" | "copy", kind: "openCsv" | "exportCsv" | "copyCsv"): void => {
      const data = this.#options.isLocal === true ? this.#options.table() : undefined;
      if (data) send({ kind: "giveText", format: "csv", how, name: source(), text: csv(data) });
      else if (this.#options.isLocal !== true) send({ kind, chart: source() });
    };
    return menuButton(texts.label("chartMenu", title), [
      { text: () => texts.label(this.#table.hidden ? "showTable" : "hideTable"), run: () => this.#toggleTable() },
      { text: () => texts.label("openCsv"), run: () => give("open", "openCsv") },
      { text: () => texts.label("exportCsv"), run: () => give("save", "exportCsv") },
      { text: () => texts.label("copyCsv"), run: () => give("copy", "copyCsv") },
      { text: () => texts.label("exportPng"), run: image("png") },
      { text: () => texts.label("exportSvg"), run: image("svg") },
    ]);
  }

  #toggleTable(): void {
    show(this.#table, Boolean(this.#table.hidden));
    this.refreshTable();
  }
}
