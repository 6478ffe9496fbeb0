import "@vscode-elements/elements/dist/vscode-button/index.js";
import "@vscode-elements/elements/dist/vscode-progress-ring/index.js";
import type { ExplorerState, ReadyState } from "../../src/core/views/backbone/explorerState";
import { blockNames } from "../../src/core/views/backbone/blockNames";
import type { ValuePage, ValueRow } from "../../src/core/views/backbone/valueRows";
import type { ExplorerMessage } from "../../src/protocol/explorerMessage";
import { blockWords } from "../../src/protocol/explorerWords";
import type { PanelLabels } from "../../src/protocol/panelLabels";
import { element, show } from "../shared/dom";
import { loadSaved, save, send } from "../shared/host";
import { Texts } from "../shared/texts";
import { followTheme } from "../shared/theme";
import { BlockChart } from "./blockChart";
import { BlockDetails } from "./blockDetails";
import { BlockList } from "./blockList";
import type { ExplorerUi } from "./explorerUi";
import { type ExplorerView, readExplorerView } from "./explorerView";
import { Header } from "./header";
import { StatusPage } from "./statusPage";
import { TapBar } from "./tapBar";
import { ValueList, valuesPerPage } from "./valueList";
import { Warnings } from "./warnings";

/** The page: blocks and hidden states at the left, details at the right, all values below, and what ticking costs. */
class BackboneExplorer {
  readonly #labels: PanelLabels;
  readonly #status: StatusPage;
  readonly #header: Header;
  readonly #warnings: Warnings;
  readonly #blocks: BlockList;
  readonly #details: BlockDetails;
  readonly #values: ValueList;
  readonly #taps: TapBar;
  readonly #chart: BlockChart;
  readonly #content: HTMLElement;
  #view: ExplorerView = readExplorerView(loadSaved());
  #state: ExplorerState;
  /** Rows of ticked values that are no hidden states, as far as the host has sent them. */
  #others: readonly ValueRow[] = [];
  #page: ValuePage | undefined;
  #request = 0;
  #asked = "";
  #frame: number | undefined;

  constructor(labels: PanelLabels, state: ExplorerState) {
    this.#labels = labels;
    this.#state = state;
    const ui: ExplorerUi = {
      texts: new Texts(labels, document.documentElement.lang || "en"),
      send,
      change: (change) => this.#change(change),
      tick: (value, isTicked) => this.#tick(value, isTicked),
    };
    this.#status = new StatusPage(ui);
    this.#header = new Header(ui);
    this.#warnings = new Warnings(ui);
    this.#blocks = new BlockList(ui);
    this.#details = new BlockDetails(ui);
    this.#values = new ValueList(ui);
    this.#taps = new TapBar(ui);
    this.#chart = new BlockChart(ui);
    this.#content = element(
      "div",
      { class: "explorer" },
      this.#header.root,
      this.#warnings.root,
      this.#taps.root,
      element("div", { class: "columns" }, this.#blocks.root, this.#details.root),
      this.#values.root,
      this.#chart.root,
    );
    document.body.replaceChildren(element("main", {}, this.#status.root, this.#content));
    followTheme(() => this.#redraw());
    this.#redraw();
  }

  draw(state: ExplorerState): void {
    this.#state = state;
    // The list of values may have changed with the file.
    if (state.phase !== "ready") this.#asked = "";
    this.#redraw();
  }

  drawPage({ request, page, ticked }: Extract<ExplorerMessage, { kind: "values" }>): void {
    if (request !== this.#request) return;
    this.#page = page;
    this.#others = ticked;
    this.#redraw();
  }

  #change(change: Partial<ExplorerView>): void {
    this.#view = { ...this.#view, ...change };
    this.#redraw();
  }

  #tick(value: string, isTicked: boolean): void {
    const others = this.#ticked().filter((name) => name !== value);
    this.#change({ ticked: isTicked ? [...others, value] : others });
  }

  /** What the user ticked; before that, what the first experiment taps, or all that was found. */
  #ticked(): readonly string[] {
    if (this.#view.ticked) return this.#view.ticked;
    if (this.#state.phase !== "ready") return [];
    const { uses, states } = this.#state;
    return uses.find(({ taps }) => taps)?.taps ?? states.map(({ name }) => name);
  }

  #redraw(): void {
    if (this.#frame !== undefined) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = undefined;
      const state = this.#state;
      this.#status.draw(state);
      show(this.#content, state.phase === "ready");
      if (state.phase === "ready") this.#drawReady(state);
      save({ ...this.#view });
    });
  }

  #drawReady(state: ReadyState): void {
    const view = this.#view;
    const names = blockNames(state.report, blockWords(this.#labels));
    const ticked = new Set(this.#ticked());
    const chosen = Math.min(view.block, state.report.blocks.length - 1);
    this.#ask(state, view, ticked);
    this.#header.draw(state);
    this.#warnings.draw(state);
    this.#blocks.draw(state, names, ticked, chosen);
    this.#details.draw(state, names, chosen);
    this.#values.draw(view, state, names, ticked);
    if (this.#page) this.#values.drawPage(this.#page, names, ticked);
    this.#taps.draw(state, this.#rowsOf(state, ticked), view.items);
    this.#chart.draw(state, names, ticked, view.measure);
  }

  /** Asks for the page of values that is to be shown, unless it was asked for already. */
  #ask({ report }: ReadyState, view: ExplorerView, ticked: ReadonlySet<string>): void {
    const query = {
      text: view.search,
      ...(view.within !== undefined && view.within < report.blocks.length && { block: view.within }),
      offset: view.offset,
      limit: valuesPerPage,
      ticked: [...ticked],
    };
    const key = JSON.stringify([query, report.axes, report.parameters, report.valueCount]);
    if (key === this.#asked) return;
    this.#asked = key;
    send({ kind: "listValues", request: ++this.#request, ...query });
  }

  /** The ticked values, low to high. */
  #rowsOf({ states }: ReadyState, ticked: ReadonlySet<string>): ValueRow[] {
    const rows = new Map([...this.#others, ...(this.#page?.rows ?? []), ...states].map((row) => [row.name, row]));
    return [...rows.values()].filter(({ name }) => ticked.has(name)).sort((a, b) => a.position - b.position);
  }
}

let explorer: BackboneExplorer | undefined;

window.addEventListener("message", ({ data }: MessageEvent<ExplorerMessage>) => {
  if (data.kind === "values") explorer?.drawPage(data);
  else if (explorer) explorer.draw(data.state);
  else explorer = new BackboneExplorer(data.labels, data.state);
});
send({ kind: "ready" });
