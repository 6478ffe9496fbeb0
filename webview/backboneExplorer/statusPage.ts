import type { ExplorerState } from "../../src/core/views/backbone/explorerState";
import { element, setText, show } from "../shared/dom";
import type { ExplorerUi } from "./explorerUi";

/** What stands in place of a model that is not there: yet, or at all. */
export class StatusPage {
  readonly root: HTMLElement;
  readonly #ui: ExplorerUi;
  readonly #title = element("h1", {});
  readonly #ring = document.createElement("vscode-progress-ring");
  readonly #text = element("p", {});
  readonly #trust: HTMLElement;
  readonly #again: HTMLElement;
  readonly #log: HTMLElement;

  constructor(ui: ExplorerUi) {
    this.#ui = ui;
    const button = (name: "manageTrust" | "readAgain" | "explorerLog", run: () => void): HTMLElement => {
      const made = document.createElement("vscode-button");
      made.textContent = ui.texts.label(name);
      made.secondary = name === "explorerLog";
      made.addEventListener("click", run);
      return made;
    };
    this.#trust = button("manageTrust", () => ui.send({ kind: "manageTrust" }));
    this.#again = button("readAgain", () => ui.send({ kind: "reload" }));
    this.#log = button("explorerLog", () => ui.send({ kind: "showLog" }));
    const actions = element("div", { class: "status-actions" }, this.#trust, this.#again, this.#log);
    this.root = element("div", { class: "status", role: "status" }, this.#title, this.#ring, this.#text, actions);
  }

  draw(state: ExplorerState): void {
    const { label } = this.#ui.texts;
    const { phase, file } = state;
    show(this.root, phase !== "ready");
    setText(this.#title, phase === "failed" ? label("modelFailed") : file);
    show(this.#ring, phase === "loading");
    const words = {
      untrusted: label("modelUntrusted", file),
      loading: label("modelLoading", file),
      failed: state.phase === "failed" ? state.problem : "",
      ready: "",
    };
    setText(this.#text, words[phase]);
    show(this.#trust, phase === "untrusted");
    show(this.#again, phase === "failed");
    show(this.#log, phase === "failed");
  }
}
