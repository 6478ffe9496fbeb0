import type { ReadyState } from "../../src/core/views/backbone/explorerState";
import { shapeText } from "../../src/core/views/backbone/valueRows";
import { element } from "../shared/dom";
import type { ExplorerUi } from "./explorerUi";
import { tickBox } from "./tickBox";

interface Row {
  readonly root: HTMLElement;
  readonly box: HTMLInputElement | undefined;
  readonly button: HTMLElement;
  readonly value: string | undefined;
}

/**
 * The blocks, lowest first, with bars of their parameters; each hidden state has a check box. One row at a time is in the tab
 * order, and the arrow keys move between rows.
 */
export class BlockList {
  readonly root: HTMLElement;
  readonly #ui: ExplorerUi;
  readonly #list = element("ul", { class: "block-list" });
  #rows: readonly Row[] = [];
  #drawn: ReadyState["report"] | undefined;
  #focus = 0;

  constructor(ui: ExplorerUi) {
    this.#ui = ui;
    const { label } = ui.texts;
    const help = element("p", { class: "hint" }, label("blocksHelp"));
    this.#list.setAttribute("aria-label", label("blocksTitle"));
    this.#list.addEventListener("keydown", (event) => this.#key(event));
    this.root = element("section", { class: "blocks" }, element("h2", {}, label("blocksTitle")), help, this.#list);
  }

  draw({ report }: ReadyState, names: readonly string[], ticked: ReadonlySet<string>, chosen: number): void {
    if (this.#drawn !== report) this.#build(report, names);
    this.#drawn = report;
    for (const [index, { root, box, button, value }] of this.#rows.entries()) {
      root.classList.toggle("chosen", index === chosen);
      if (index === chosen) button.setAttribute("aria-current", "true");
      else button.removeAttribute("aria-current");
      if (box && value !== undefined) box.checked = ticked.has(value);
    }
  }

  #build(report: ReadyState["report"], names: readonly string[]): void {
    const { label, format } = this.#ui.texts;
    const most = Math.max(1, ...report.blocks.map(({ parameters }) => parameters));
    this.#rows = report.blocks.map((block, index) => {
      const state = block.hiddenState === undefined ? undefined : report.hiddenStates[block.hiddenState];
      const name = names[index] ?? "";
      const box = state && tickBox(label("tapState", state.index), (isTicked) => this.#ui.tick(state.value, isTicked));
      const fill = element("span", { class: "bar-fill" });
      fill.style.width = `${(100 * block.parameters) / most}%`;
      const figure = label("parametersShort", format.integer(block.parameters));
      const button = element(
        "button",
        { type: "button", class: "block-button" },
        element("span", { class: "block-name" }, name),
        element("span", { class: "block-shape figure" }, state ? shapeText(state.shape) : ""),
        element("span", { class: "bar", "aria-hidden": "true" }, fill),
        element("span", { class: "block-figure figure" }, figure),
      );
      button.addEventListener("click", () => this.#ui.change({ block: index }));
      const gap = element("span", { class: "tick-gap" });
      const root = element("li", { class: "block-row" }, box ?? gap, button);
      root.addEventListener("focusin", () => this.#enter(index));
      return { root, box, button, value: state?.value };
    });
    this.#list.replaceChildren(...this.#rows.map(({ root }) => root));
    this.#enter(Math.min(this.#focus, this.#rows.length - 1));
  }

  /** Takes a row into the tab order, and the others out of it. */
  #enter(index: number): void {
    this.#focus = index;
    for (const [at, { box, button }] of this.#rows.entries()) {
      const tabIndex = at === index ? 0 : -1;
      button.tabIndex = tabIndex;
      if (box) box.tabIndex = tabIndex;
    }
  }

  #key(event: KeyboardEvent): void {
    const last = this.#rows.length - 1;
    const targets: Readonly<Record<string, number>> = {
      ArrowDown: Math.min(last, this.#focus + 1),
      ArrowUp: Math.max(0, this.#focus - 1),
      Home: 0,
      End: last,
    };
    const row = this.#rows[targets[event.key] ?? -1];
    if (!row || event.altKey || event.ctrlKey || event.metaKey) return;
    const isBox = event.target instanceof HTMLInputElement;
    (isBox && row.box ? row.box : row.button).focus();
    event.preventDefault();
  }
}
