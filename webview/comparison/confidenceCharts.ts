import { splitNames } from "../../src/core/experiment/eventNames";
import type { Split } from "../../src/core/experiment/runEvent";
import { estimate } from "../../src/core/experiment/statistics";
import type { ComparisonGroup } from "../../src/core/views/comparison/comparisonGroups";
import type { DataTable } from "../../src/core/views/csv";
import { barScene } from "../../src/core/views/scenes/barScene";
import type { BarModel, BarSeries } from "../shared/barPlot";
import { BarPlot } from "../shared/barPlot";
import { element, show } from "../shared/dom";
import type { Ui } from "../shared/ui";
import type { ComparisonModel } from "./comparisonModel";
import { splitText } from "./comparisonTexts";

/** Mean layer confidence of the groups side by side, a chart for each modality that has any. */
export class ConfidenceCharts {
  readonly root = element("div", { class: "charts" });
  readonly plots = new Map<string, BarPlot>();
  readonly #ui: Ui;
  readonly #toggle: (group: string) => void;
  readonly #models = new Map<string, BarModel>();

  constructor(ui: Ui, toggle: (group: string) => void) {
    this.#ui = ui;
    this.#toggle = toggle;
  }

  draw({ groups, runs }: ComparisonModel, hidden: ReadonlySet<string>): void {
    const { label, format } = this.#ui.texts;
    const modalities = [...new Set(runs.flatMap(({ confidence }) => Object.keys(confidence?.byModality ?? {})))];
    for (const modality of modalities) {
      const known = this.plots.get(modality) ?? this.#plot(modality);
      const having = runs.flatMap(({ confidence }) => (confidence?.byModality[modality] ? confidence.split : []));
      // Means over different samples cannot be compared, so runs that have not been tested yet wait.
      const split = splitNames.findLast((name) => having.includes(name)) ?? "val";
      const categories = layersOf(groups, modality);
      const series = groups.flatMap((group) => seriesOf(group, { modality, split }, categories));
      const describe = ({ label: name, values, errors }: BarSeries, c: number): string => {
        const [value, error = 0] = [format.percent(values[c] ?? Number.NaN), errors?.[c]];
        const layer = categories[c] ?? "";
        return error > 0
          ? label("barTextSpread", layer, name, value, format.percent(error))
          : label("barText", layer, name, value);
      };
      const formatValue = format.shortPercent;
      const shared = { isStacked: false, valueTitle: label("confidence"), hidden, formatValue, describe };
      const model: BarModel = { ...shared, categories, series };
      this.#models.set(modality, model);
      known.frame.setCaption(label("confidenceComparedCaption", splitText(this.#ui, split)));
      known.draw(model);
    }
    for (const [modality, { frame }] of this.plots) show(frame.root, modalities.includes(modality));
  }

  #plot(modality: string): BarPlot {
    const { label } = this.#ui.texts;
    const title = label("confidenceCompared", modality);
    const plot = new BarPlot(this.#ui, {
      chart: `confidence.${modality}`,
      title,
      isLocal: true,
      toggle: this.#toggle,
      table: () => tableOf(this.#models.get(modality)),
      scene: () => {
        const {
          categories = [],
          series = [],
          valueTitle = "",
          formatValue = String,
        } = this.#models.get(modality) ?? {};
        return barScene({ title, categories, series, valueTitle, formatValue });
      },
    });
    this.plots.set(modality, plot);
    this.root.append(plot.frame.root);
    return plot;
  }
}

/** Names of all layers, high to low as in a drawing of the network: groups may tap different ones. */
function layersOf(groups: readonly ComparisonGroup[], modality: string): readonly string[] {
  const layers = groups.flatMap(({ counted }) => counted.flatMap((run) => run.confidence?.byModality[modality] ?? []));
  return [...new Set(layers.map(({ layer }) => layer))].reverse();
}

function seriesOf(
  { key, label, tone, counted }: ComparisonGroup,
  { modality, split }: { readonly modality: string; readonly split: Split },
  layers: readonly string[],
): readonly BarSeries[] {
  const estimates = layers.map((layer) => {
    const means = counted.flatMap(({ confidence }) => {
      const layersOfRun = confidence?.split === split ? confidence.byModality[modality] : undefined;
      return layersOfRun?.find((each) => each.layer === layer)?.mean ?? [];
    });
    return means.length === 0 ? undefined : estimate(means);
  });
  if (estimates.every((each) => each === undefined)) return [];
  return [
    {
      id: key,
      label,
      tone,
      values: estimates.map((each) => each?.mean ?? Number.NaN),
      errors: estimates.map((each) => each?.standardDeviation ?? 0),
    },
  ];
}

function tableOf(model: BarModel | undefined): DataTable | undefined {
  if (!model) return undefined;
  const { categories, series } = model;
  return {
    columns: ["layer", "group", "mean", "sd"],
    rowCount: categories.length * series.length,
    cell(row, column) {
      const c = Math.floor(row / series.length);
      const { label = "", values = [], errors = [] } = series[row % series.length] ?? {};
      return [categories[c], label, values[c], errors[c]][column] ?? Number.NaN;
    },
  };
}
