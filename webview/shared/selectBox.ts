import "@vscode-elements/elements/dist/vscode-option/index.js";
import "@vscode-elements/elements/dist/vscode-single-select/index.js";
import { element } from "./dom";

export interface Choice {
  readonly value: string;
  readonly text: string;
}

/** A labelled select box whose choices may change while it is shown. */
export class SelectBox {
  readonly root: HTMLElement;
  readonly #select = document.createElement("vscode-single-select");
  #drawn = "";

  constructor(label: string, change: (value: string) => void) {
    this.#select.label = label;
    this.#select.addEventListener("change", () => change(this.#select.value));
    this.root = element("span", { class: "control" }, element("span", { "aria-hidden": "true" }, label), this.#select);
  }

  draw(choices: readonly Choice[], chosen: string): void {
    const key = JSON.stringify([choices, chosen]);
    if (key === this.#drawn) return;
    this.#drawn = key;
    this.#select.replaceChildren(
      ...choices.map(({ value, text }) => {
        const option = document.createElement("vscode-option");
        option.value = value;
        option.selected = value === chosen;
        option.textContent = text;
        return option;
      }),
    );
    this.#select.value = chosen;
  }
}
