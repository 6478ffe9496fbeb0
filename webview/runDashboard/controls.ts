import { checkBox } from "../shared/checkBox";
import { element, setText, show, uniqueId } from "../shared/dom";
import { UnitBox } from "../shared/unitBox";
import type { Ui } from "../shared/ui";
import type { DashboardView } from "./dashboardView";
import { maxSmoothing } from "./dashboardView";

/** Controls that hold for all charts of the training. */
export class Controls {
  readonly root: HTMLElement;
  readonly #ui: Ui;
  readonly #unit: UnitBox;
  readonly #amount = element("output", { class: "figure" });
  readonly #reset = document.createElement("vscode-button");

  constructor(ui: Ui, view: DashboardView, change: (change: Partial<DashboardView>) => void) {
    this.#ui = ui;
    const { label } = ui.texts;
    this.#unit = new UnitBox(ui, (unit) => change({ unit, window: undefined }));

    const id = uniqueId("smoothing");
    const range = { type: "range", min: "0", max: String(maxSmoothing), step: "0.01", id };
    const slider = element("input", { ...range, value: String(view.smoothing) });
    slider.addEventListener("input", () => change({ smoothing: Number(slider.value) }));

    this.#reset.secondary = true;
    this.#reset.textContent = label("resetZoom");
    this.#reset.addEventListener("click", () => change({ window: undefined }));

    this.root = element(
      "div",
      { class: "controls" },
      this.#unit.root,
      element("span", { class: "control" }, element("label", { for: id }, label("smoothing")), slider, this.#amount),
      checkBox(label("logScale"), view.isLogY, (isLogY) => change({ isLogY })),
      this.#reset,
      element("span", { class: "hint" }, label("zoomHint")),
    );
  }

  draw({ smoothing, unit, window }: DashboardView): void {
    const { label, format } = this.#ui.texts;
    this.#unit.draw(unit);
    setText(this.#amount, smoothing === 0 ? label("smoothingOff") : format.number(smoothing));
    show(this.#reset, window !== undefined);
  }
}
