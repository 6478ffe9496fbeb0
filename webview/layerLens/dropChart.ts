import type { ModalityLens } from "../../src/core/views/layerLensState";
import type { LayerDrop } from "../../src/core/views/lens/leaveOneOut";
import { metricLabel } from "../../src/core/views/metricGroups";
import { barScene } from "../../src/core/views/scenes/barScene";
import type { BarModel } from "../shared/barPlot";
import { BarPlot } from "../shared/barPlot";
import { element, show } from "../shared/dom";
import type { Ui } from "../shared/ui";

/** What leaving out each layer cost, beside what the aggregation thinks of it: importance, measured. */
export class DropChart {
  readonly root = element("div", { class: "charts charts-wide" });
  readonly #ui: Ui;
  readonly #inspect: (layer: string) => void;
  #plot: BarPlot | undefined;
  #selector = "";
  #drops: readonly LayerDrop[] = [];
  #model: BarModel | undefined;

  constructor(ui: Ui, inspect: (layer: string) => void) {
    this.#ui = ui;
    this.#inspect = inspect;
  }

  /** @param drops of the modality that is shown */
  draw({ layers }: ModalityLens, drops: readonly LayerDrop[], selector: string): void {
    show(this.root, drops.length > 0);
    if (drops.length === 0) return;
    const { label, format } = this.#ui.texts;
    const order = layers.toReversed();
    this.#drops = order.flatMap((layer) => drops.find((drop) => drop.layer === layer) ?? []);
    const values = this.#drops.map(({ drop }) => drop.mean);
    this.#model = {
      categories: this.#drops.map(({ layer }) => layer),
      series: [
        {
          id: "drop",
          label: label("dropColumn", metricLabel(selector)),
          tone: 1,
          values,
          errors: this.#drops.map(({ drop }) => drop.standardDeviation ?? 0),
        },
      ],
      isStacked: false,
      valueTitle: metricLabel(selector),
      hidden: new Set(),
      formatValue: format.number,
      describe: (_, c) =>
        label("dropText", this.#drops[c]?.layer ?? "", format.number(values[c] ?? 0), this.#drops[c]?.drop.n ?? 0),
    };
    this.#plotOf(selector).draw(this.#model);
  }

  retheme(): void {
    this.#plot?.retheme();
  }

  #plotOf(selector: string): BarPlot {
    if (this.#plot && this.#selector === selector) return this.#plot;
    this.#selector = selector;
    const { label } = this.#ui.texts;
    const title = label("dropTitle", metricLabel(selector));
    const plot = new BarPlot(this.#ui, {
      chart: "drops",
      title,
      isLocal: true,
      choose: (c) => this.#inspect(this.#drops[c]?.layer ?? ""),
      table: () => ({
        columns: ["layer", "drop", "sd", "n", "p"],
        rowCount: this.#drops.length,
        cell: (row, column) => {
          const { layer, drop, pValue } = this.#drops[row] ?? {};
          return [layer, drop?.mean, drop?.standardDeviation, drop?.n, pValue][column] ?? Number.NaN;
        },
      }),
      scene: () => {
        const { categories = [], series = [], valueTitle = "", formatValue = String } = this.#model ?? {};
        return barScene({ title, categories, series, valueTitle, formatValue });
      },
    });
    plot.frame.setCaption(label("dropCaption"));
    this.root.replaceChildren(plot.frame.root);
    this.#plot = plot;
    return plot;
  }
}
