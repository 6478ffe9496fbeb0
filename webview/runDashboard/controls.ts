import "@vscode-elements/elements/dist/vscode-checkbox/index.js";
import "@vscode-elements/elements/dist/vscode-option/index.js";
import "@vscode-elements/elements/dist/vscode-single-select/index.js";
import { element, setText, show, uniqueId } from "../shared/dom";
import type { XUnit } from "../shared/lineModel";
import type { Ui } from "../shared/ui";
import type { DashboardView } from "./dashboardView";
import { maxSmoothing } from "./dashboardView";

const units = [
  ["step", "step"],
  ["epoch", "epoch"],
  ["seconds", "time"],
] as const satisfies readonly (readonly [XUnit, string])[];

/** Controls that hold for all charts of the training. */
export class Controls {
  readonly root: HTMLElement;
  readonly #ui: Ui;
  readonly #amount = element("output", { class: "figure" });
  readonly #reset = document.createElement("vscode-button");

  constructor(ui: Ui, view: DashboardView, change: (change: Partial<DashboardView>) => void) {
    this.#ui = ui;
    const { label } = ui.texts;
    const select = document.createElement("vscode-single-select");
    select.label = label("xAxis");
    for (const [unit, name] of units) {
      const option = document.createElement("vscode-option");
      option.value = unit;
      option.selected = unit === view.unit;
      option.textContent = label(name);
      select.append(option);
    }
    select.addEventListener("change", () => {
      const unit = units.find(([value]) => value === select.value)?.[0] ?? "step";
      change({ unit, window: undefined });
    });

    const id = uniqueId("smoothing");
    const range = { type: "range", min: "0", max: String(maxSmoothing), step: "0.01", id };
    const slider = element("input", { ...range, value: String(view.smoothing) });
    slider.addEventListener("input", () => change({ smoothing: Number(slider.value) }));

    const log = document.createElement("vscode-checkbox");
    log.label = label("logScale");
    log.checked = view.isLogY;
    log.addEventListener("change", () => change({ isLogY: log.checked }));

    this.#reset.secondary = true;
    this.#reset.textContent = label("resetZoom");
    this.#reset.addEventListener("click", () => change({ window: undefined }));

    this.root = element(
      "div",
      { class: "controls" },
      element("span", { class: "control" }, element("span", { "aria-hidden": "true" }, label("xAxis")), select),
      element("span", { class: "control" }, element("label", { for: id }, label("smoothing")), slider, this.#amount),
      log,
      this.#reset,
      element("span", { class: "hint" }, label("zoomHint")),
    );
  }

  draw({ smoothing, window }: DashboardView): void {
    const { label, format } = this.#ui.texts;
    setText(this.#amount, smoothing === 0 ? label("smoothingOff") : format.number(smoothing));
    show(this.#reset, window !== undefined);
  }
}
