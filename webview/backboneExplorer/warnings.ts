import type { ReadyState } from "../../src/core/views/backbone/explorerState";
import { element } from "../shared/dom";
import type { ExplorerUi } from "./explorerUi";

/** What is missing from the report, and why. */
export class Warnings {
  readonly root = element("div", { class: "alerts", role: "status" });
  readonly #ui: ExplorerUi;
  #drawn = "";

  constructor(ui: ExplorerUi) {
    this.#ui = ui;
  }

  draw({ report, uses }: ReadyState): void {
    const { label } = this.#ui.texts;
    const texts = report.warnings.map(({ kind, message }) =>
      label(kind === "shapes" ? "unknownShapes" : "missingPart", message),
    );
    const isUnknown = report.warnings.some(({ kind }) => kind === "shapes");
    if (report.hiddenStates.length === 0 && !isUnknown) texts.push(label("noStates"));
    for (const { experiment, problem } of uses)
      if (problem !== undefined) texts.push(label("dataUnread", experiment, problem));
    const key = texts.join("\n");
    if (key === this.#drawn) return;
    this.#drawn = key;
    this.root.replaceChildren(...texts.map((text) => element("p", { class: "alert alert-warning" }, text)));
  }
}
