import { metricLabel } from "../../src/core/views/metricGroups";
import { checkBox } from "../shared/checkBox";
import { element, show } from "../shared/dom";
import { SelectBox } from "../shared/selectBox";
import type { Ui } from "../shared/ui";
import { UnitBox } from "../shared/unitBox";
import type { ComparisonModel } from "./comparisonModel";
import { shownOf } from "./comparisonModel";
import type { ComparisonView } from "./comparisonView";

const splitLabels = { train: "trainSplit", val: "valSplit", test: "testSplit" } as const;
/** What is compared: above the table; and how curves are drawn: above those. */
export class Controls {
  readonly tableControls: HTMLElement;
  readonly curveControls: HTMLElement;
  readonly #ui: Ui;
  readonly #metric: SelectBox;
  readonly #split: SelectBox;
  readonly #baseline: SelectBox;
  readonly #unit: UnitBox;
  readonly #reset = document.createElement("vscode-button");

  constructor(ui: Ui, view: ComparisonView, change: (change: Partial<ComparisonView>) => void) {
    this.#ui = ui;
    const { label } = ui.texts;
    this.#metric = new SelectBox(label("metric"), (metric) => change({ metric }));
    this.#split = new SelectBox(label("figuresOf"), (split) =>
      change({ split: split === "val" || split === "train" ? split : "test" }),
    );
    this.#baseline = new SelectBox(label("baseline"), (key) => change({ baseline: key === "" ? undefined : key }));
    this.#unit = new UnitBox(ui, (unit) => change({ unit, window: undefined }));
    this.#reset.secondary = true;
    this.#reset.textContent = label("resetZoom");
    this.#reset.addEventListener("click", () => change({ window: undefined }));
    this.tableControls = element(
      "div",
      { class: "controls" },
      this.#metric.root,
      this.#split.root,
      this.#baseline.root,
      checkBox(label("allSettings"), view.showsAllSettings, (showsAllSettings) => change({ showsAllSettings })),
      checkBox(label("allMetrics"), view.showsAllMetrics, (showsAllMetrics) => change({ showsAllMetrics })),
    );
    this.curveControls = element(
      "div",
      { class: "controls" },
      this.#unit.root,
      checkBox(label("logScale"), view.isLogY, (isLogY) => change({ isLogY })),
      checkBox(label("eachSeed"), view.showsSeeds, (showsSeeds) => change({ showsSeeds })),
      this.#reset,
      element("span", { class: "hint" }, label("zoomHint")),
    );
  }

  draw(model: ComparisonModel, view: ComparisonView): void {
    const { label } = this.#ui.texts;
    const { metric, split, splits } = shownOf(model, view);
    this.#metric.draw(
      model.metrics.map((value) => ({ value, text: metricLabel(value) })),
      metric,
    );
    this.#split.draw(
      splits.map((value) => ({ value, text: label(splitLabels[value]) })),
      split,
    );
    const groups = model.groups.map(({ key, label: text }) => ({ value: key, text }));
    const baseline = groups.find(({ value }) => value === view.baseline)?.value ?? "";
    this.#baseline.draw([{ value: "", text: label("noBaseline") }, ...groups], baseline);
    this.#unit.draw(view.unit);
    show(this.#reset, view.window !== undefined);
  }
}
