import type { ReadyState } from "../../src/core/views/backbone/explorerState";
import { element, setText, show, uniqueId } from "../shared/dom";
import type { ExplorerUi } from "./explorerUi";

const maxSize = 1_000_000;

/** Fields for the free axes of the model's inputs; the host works out what shapes follow. */
export class SizeFields {
  readonly root: HTMLElement;
  readonly #ui: ExplorerUi;
  readonly #fields = element("span", { class: "size-fields" });
  readonly #apply = document.createElement("vscode-button");
  readonly #problem = element("p", { class: "alert alert-error" });
  #inputs = new Map<string, HTMLInputElement>();
  #drawn = "";

  constructor(ui: ExplorerUi) {
    this.#ui = ui;
    this.#apply.secondary = true;
    this.#apply.textContent = ui.texts.label("applySizes");
    this.#apply.addEventListener("click", () => this.#send());
    this.root = element("span", { class: "control sizes" }, this.#fields, this.#apply, this.#problem);
  }

  draw({ report, sizesProblem }: ReadyState): void {
    const axes = report.axes.filter(({ role }) => role !== "batch");
    show(this.root, axes.length > 0);
    setText(this.#problem, sizesProblem ?? "");
    show(this.#problem, sizesProblem !== undefined);
    const key = JSON.stringify(axes);
    if (key === this.#drawn) return;
    this.#drawn = key;
    this.#inputs = new Map();
    const fields = axes.map(({ name, size }) => {
      const id = uniqueId("size");
      const attributes = { type: "number", min: "1", max: String(maxSize), step: "1", id, class: "number-field" };
      const input = element("input", { ...attributes, value: String(size) });
      input.addEventListener("keydown", ({ key: pressed }) => pressed === "Enter" && this.#send());
      this.#inputs.set(name, input);
      return element("span", { class: "control" }, element("label", { for: id }, name), input);
    });
    this.#fields.replaceChildren(...fields);
  }

  #send(): void {
    const sizes = Object.fromEntries([...this.#inputs].map(([name, input]) => [name, input.valueAsNumber]));
    const isWhole = Object.values(sizes).every((size) => Number.isInteger(size) && size >= 1 && size <= maxSize);
    if (isWhole) this.#ui.send({ kind: "setSizes", sizes });
    else [...this.#inputs.values()].find((input) => !input.reportValidity());
  }
}
