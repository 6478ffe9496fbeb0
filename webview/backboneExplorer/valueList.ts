import "@vscode-elements/elements/dist/vscode-textfield/index.js";
import type { ReadyState } from "../../src/core/views/backbone/explorerState";
import type { ValuePage } from "../../src/core/views/backbone/valueRows";
import { shapeText } from "../../src/core/views/backbone/valueRows";
import { element, setText, show } from "../shared/dom";
import { SelectBox } from "../shared/selectBox";
import type { ExplorerUi } from "./explorerUi";
import type { ExplorerView } from "./explorerView";
import { tickBox } from "./tickBox";

export const valuesPerPage = 50;

/** Longest time that a search waits for the next key. */
const typingPauseMs = 150;

/** All values that can be tapped, page by page: large graphs have tens of thousands. */
export class ValueList {
  readonly root: HTMLElement;
  readonly #ui: ExplorerUi;
  readonly #search = document.createElement("vscode-textfield");
  readonly #within: SelectBox;
  readonly #body = element("tbody");
  readonly #shown = element("p", { class: "hint", role: "status" });
  readonly #table: HTMLElement;
  readonly #previous = document.createElement("vscode-button");
  readonly #next = document.createElement("vscode-button");
  #timer: number | undefined;
  #offset = 0;
  #page: ValuePage | undefined;
  #boxes = new Map<string, HTMLInputElement>();

  constructor(ui: ExplorerUi) {
    this.#ui = ui;
    const { label } = ui.texts;
    this.#search.placeholder = label("searchValues");
    this.#search.label = label("searchValues");
    this.#search.addEventListener("input", () => {
      window.clearTimeout(this.#timer);
      this.#timer = window.setTimeout(() => ui.change({ search: this.#search.value, offset: 0 }), typingPauseMs);
    });
    this.#within = new SelectBox(label("blockName"), (value) => {
      ui.change({ within: value === "" ? undefined : Number(value), offset: 0 });
    });
    this.#previous.textContent = label("previousPage");
    this.#next.textContent = label("nextPage");
    for (const [button, step] of [
      [this.#previous, -valuesPerPage],
      [this.#next, valuesPerPage],
    ] as const) {
      button.secondary = true;
      button.addEventListener("click", () => ui.change({ offset: Math.max(0, this.#offset + step) }));
    }
    const columns = ["", label("valueName"), label("operatorName"), label("shapeName"), label("itemShape")];
    const heads = [...columns, label("blockName")].map((text) =>
      text === "" ? element("td") : element("th", { scope: "col" }, text),
    );
    const title = label("valuesTitle");
    this.#table = element(
      "div",
      { class: "table-scroll values-scroll", role: "region", tabindex: "0", "aria-label": title },
      element("table", { class: "values" }, element("thead", {}, element("tr", {}, ...heads)), this.#body),
    );
    this.root = element(
      "section",
      { class: "value-list", id: "values" },
      element("h2", {}, title),
      element("div", { class: "controls" }, this.#search, this.#within.root),
      this.#table,
      element("div", { class: "pager" }, this.#shown, this.#previous, this.#next),
    );
  }

  draw(view: ExplorerView, { report }: ReadyState, names: readonly string[], ticked: ReadonlySet<string>): void {
    if (document.activeElement !== this.#search) this.#search.value = view.search;
    const all = { value: "", text: this.#ui.texts.label("allBlocks") };
    const choices = report.blocks.map((_, index) => ({ value: String(index), text: names[index] ?? "" }));
    this.#within.draw([all, ...choices], view.within === undefined ? "" : String(view.within));
    for (const [name, box] of this.#boxes) box.checked = ticked.has(name);
  }

  drawPage(page: ValuePage, names: readonly string[], ticked: ReadonlySet<string>): void {
    const { label, format } = this.#ui.texts;
    const { rows, total, offset } = page;
    this.#offset = offset;
    if (JSON.stringify(page) !== JSON.stringify(this.#page)) {
      this.#boxes = new Map();
      this.#body.replaceChildren(
        ...rows.map(({ name, opType, shape, itemShape, block }) => {
          const box = tickBox(label("tapValue", name), (isTicked) => this.#ui.tick(name, isTicked));
          this.#boxes.set(name, box);
          return element(
            "tr",
            {},
            element("td", {}, box),
            element("th", { scope: "row" }, name),
            element("td", {}, opType),
            element("td", { class: "shape" }, shapeText(shape)),
            element("td", { class: "shape" }, itemShape ? shapeText(itemShape) : label("unknownSize")),
            element("td", {}, names[block] ?? ""),
          );
        }),
      );
    }
    this.#page = page;
    for (const [name, box] of this.#boxes) box.checked = ticked.has(name);
    const last = offset + rows.length;
    const range = [offset + 1, last, total].map(format.integer);
    setText(this.#shown, total === 0 ? label("noValues") : label("valuesShown", ...range));
    show(this.#table, total > 0);
    this.#previous.disabled = offset === 0;
    this.#next.disabled = last >= total;
  }
}
