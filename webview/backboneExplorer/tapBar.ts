import type { ReadyState } from "../../src/core/views/backbone/explorerState";
import { tapForecast } from "../../src/core/views/backbone/tapForecast";
import type { ValueRow } from "../../src/core/views/backbone/valueRows";
import { sideLabels } from "../../src/protocol/explorerLabels";
import { element, setText, show, uniqueId } from "../shared/dom";
import type { ExplorerUi } from "./explorerUi";
import { SizeFields } from "./sizeFields";

const problems = { rank: "problemRank", mixed: "problemMixed", lengths: "problemLengths" } as const;

/** The largest number that the field for items takes. */
const maxItems = 1e12;

/** What is ticked and what caching it takes, and what can be done with it. */
export class TapBar {
  readonly root: HTMLElement;
  readonly #ui: ExplorerUi;
  readonly #summary = element("p", { class: "tap-summary" });
  readonly #forecast = element("p", { class: "tap-forecast figure" });
  readonly #perItem = element("p", { class: "hint" });
  readonly #problem = element("p", { class: "alert alert-warning" });
  readonly #items: HTMLInputElement;
  readonly #sizes: SizeFields;
  readonly #copy: HTMLElement & { disabled: boolean };
  readonly #choices = element("div", { class: "tap-choices" });
  #taps: readonly string[] = [];
  #choicesDrawn = "";

  constructor(ui: ExplorerUi) {
    this.#ui = ui;
    const { label } = ui.texts;
    const id = uniqueId("items");
    this.#items = element("input", { type: "number", min: "0", step: "1", id, class: "number-field" });
    this.#items.addEventListener("input", () => {
      const items = this.#items.valueAsNumber;
      ui.change({ items: Number.isSafeInteger(items) && items >= 0 && items <= maxItems ? items : undefined });
    });
    this.#sizes = new SizeFields(ui);
    const button = (text: string, run: () => void, isMain = false): HTMLElement & { disabled: boolean } => {
      const made = document.createElement("vscode-button");
      made.secondary = !isMain;
      made.textContent = text;
      made.addEventListener("click", run);
      return made;
    };
    this.#copy = button(
      label("copyIntoExperiment"),
      () => ui.send({ kind: "copyIntoExperiment", taps: [...this.#taps] }),
      true,
    );
    const json = button(label("copyJson"), () => ui.send({ kind: "copyJson", taps: [...this.#taps] }));
    const create = button(label("newExperimentHere"), () => ui.send({ kind: "newExperiment" }));
    this.root = element(
      "section",
      { class: "tap-bar", "aria-label": label("tapsTitle") },
      element("div", { class: "tap-words", role: "status" }, this.#summary, this.#forecast, this.#perItem),
      element(
        "div",
        { class: "controls" },
        element("span", { class: "control" }, element("label", { for: id }, label("itemsField")), this.#items),
        this.#sizes.root,
      ),
      this.#problem,
      element("div", { class: "tap-actions" }, this.#copy, json, create),
      this.#choices,
    );
  }

  /** @param taps the ticked values, low to high */
  draw(state: ReadyState, taps: readonly ValueRow[], items: number | undefined): void {
    const { label, format } = this.#ui.texts;
    const { bytes } = format;
    this.#taps = taps.map(({ name }) => name);
    const data = state.uses.find((use) => use.data)?.data;
    const count = items ?? data?.items;
    const forecast = tapForecast(taps, count ?? 1, data?.maskBytes);
    setText(this.#summary, this.#summaryText(forecast));
    const { totalBytes, bytesPerItem, unknown } = forecast;
    const total = label("cacheForecast", bytes(totalBytes.float16), bytes(totalBytes.float32));
    setText(this.#forecast, count === undefined || taps.length === 0 ? "" : total);
    const perItem = label("cachePerItem", bytes(bytesPerItem.float16), bytes(bytesPerItem.float32));
    const missing = unknown > 0 ? ` ${label("cacheUnknown", unknown)}` : "";
    setText(this.#perItem, taps.length === 0 ? "" : perItem + missing);
    setText(this.#problem, forecast.problem ? label(problems[forecast.problem]) : "");
    show(this.#problem, forecast.problem !== undefined);
    if (document.activeElement !== this.#items) this.#items.value = count === undefined ? "" : String(count);
    this.#sizes.draw(state);
    this.#copy.disabled = taps.length === 0;
    this.#drawChoices(state);
  }

  #summaryText({ layers, widths }: ReturnType<typeof tapForecast>): string {
    const { label } = this.#ui.texts;
    if (layers === 0) return label("tapsNone");
    const runs = widths.map(({ width, count }) => (count === 1 ? String(width) : label("widthRun", width, count)));
    const text = runs.join(", ");
    return layers === 1 ? label("oneTap", text) : label("tapsSummary", layers, text);
  }

  /** Ways to tick many at once: what was found, nothing, or what an experiment taps now. */
  #drawChoices({ states, uses }: ReadyState): void {
    const key = JSON.stringify([states.map(({ name }) => name), uses]);
    if (key === this.#choicesDrawn) return;
    this.#choicesDrawn = key;
    const { label } = this.#ui.texts;
    const choice = (text: string, ticked: readonly string[]): HTMLElement => {
      const button = element("button", { type: "button", class: "link-button" }, text);
      button.addEventListener("click", () => this.#ui.change({ ticked }));
      return button;
    };
    const all = choice(
      label("tickAll"),
      states.map(({ name }) => name),
    );
    const those = uses.flatMap(({ experiment, side, taps }) =>
      taps ? [choice(label("tickThose", experiment, label(sideLabels[side])), taps)] : [],
    );
    this.#choices.replaceChildren(...(states.length > 0 ? [all] : []), choice(label("tickNone"), []), ...those);
  }
}
