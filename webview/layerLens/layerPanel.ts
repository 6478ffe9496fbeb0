import type { DataTable } from "../../src/core/views/csv";
import type { LayerDistribution } from "../../src/core/views/lens/layerDetail";
import { barScene } from "../../src/core/views/scenes/barScene";
import type { DescribedSample, LayerMessage } from "../../src/protocol/panelMessage";
import type { BarModel } from "../shared/barPlot";
import { BarPlot } from "../shared/barPlot";
import { element, setText, show, uniqueId } from "../shared/dom";
import type { Ui } from "../shared/ui";

const splitLabels = { train: "trainSplit", val: "valSplit", test: "testSplit" } as const;
const captionsShown = 2;

/** More about one layer: what it taps, its shape, how single samples weigh it, and those that rely on it most. */
export class LayerPanel {
  readonly root: HTMLElement;
  readonly #ui: Ui;
  readonly #title = element("h2", { tabindex: "-1", id: uniqueId("layer") });
  readonly #facts = element("dl", { class: "layer-facts" });
  readonly #state = element("p", { class: "hint", role: "status" });
  readonly #bins: BarPlot;
  readonly #samplesTitle: HTMLElement;
  readonly #samples = element("ol", { class: "samples" });
  #layer = "";
  #distribution: LayerDistribution | undefined;
  #model: BarModel | undefined;

  constructor(ui: Ui, close: () => void) {
    this.#ui = ui;
    const { label } = ui.texts;
    const button = document.createElement("vscode-button");
    button.secondary = true;
    button.textContent = label("closeLayer");
    button.addEventListener("click", close);
    const title = label("distributionTitle");
    this.#bins = new BarPlot(ui, {
      chart: "distribution",
      title,
      isLocal: true,
      table: () => this.#table(),
      scene: () => {
        const { categories = [], series = [], valueTitle = "", formatValue = String } = this.#model ?? {};
        return barScene({ title, categories, series, valueTitle, formatValue });
      },
    });
    this.#samplesTitle = element("h3", {}, label("reliantTitle"));
    const left = element("div", { class: "layer-left" }, this.#facts, this.#bins.frame.root);
    const right = element("div", { class: "layer-right" }, this.#samplesTitle, this.#samples);
    this.root = element(
      "section",
      { class: "layer-panel", "aria-labelledby": this.#title.id },
      element("div", { class: "title-line" }, this.#title, element("div", { class: "actions" }, button)),
      this.#state,
      element("div", { class: "layer-columns" }, left, right),
    );
    show(this.root, false);
  }

  /** Begins to show a layer, of which nothing is known yet. */
  open(layer: string): void {
    this.#layer = layer;
    setText(this.#title, this.#ui.texts.label("layerTitle", layer.split("/").slice(-2).join("/")));
    this.answer({ kind: "layer", modality: "", layer, isLookingUp: true });
  }

  focus(): void {
    this.#title.focus();
    this.root.scrollIntoView({ block: "nearest" });
  }

  retheme(): void {
    this.#bins.retheme();
  }

  answer({ distribution, samples, shape, isLookingUp, remark }: LayerMessage): void {
    const { label } = this.#ui.texts;
    const facts = [
      [label("layerSource"), this.#layer],
      [label("layerShape"), shape ?? (isLookingUp ? "…" : "–")],
    ] as const;
    this.#facts.replaceChildren(
      ...facts.flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, value)]),
    );
    const nothing = distribution === undefined && !isLookingUp ? label("noSamples") : "";
    const state = [isLookingUp ? label("lookingUp") : "", remark ?? "", nothing].filter((text) => text !== "");
    setText(this.#state, state.join(" "));
    show(this.#state, state.length > 0);
    show(this.#bins.frame.root, distribution !== undefined);
    show(this.#samplesTitle, distribution !== undefined);
    this.#drawBins(distribution);
    const rows = distribution?.top ?? [];
    this.#samples.replaceChildren(...rows.map(({ row, share }, i) => this.#sample(row, share, samples?.[i])));
  }

  #drawBins(distribution: LayerDistribution | undefined): void {
    this.#distribution = distribution;
    if (!distribution) return;
    const { label, format } = this.#ui.texts;
    const { bins, reach, split, sampleCount } = distribution;
    const edge = (i: number): string => format.shortPercent((i * reach) / bins.length);
    this.#bins.frame.setCaption(label("distributionCaption", format.integer(sampleCount), label(splitLabels[split])));
    this.#model = {
      categories: bins.map((_, i) => `${edge(i)} – ${edge(i + 1)}`),
      series: [{ id: "samples", label: label("samplesAxis"), tone: 0, values: bins }],
      isStacked: false,
      valueTitle: label("samplesAxis"),
      hidden: new Set(),
      formatValue: format.integer,
      isWhole: true,
      describe: ({ values }, i) => label("binText", edge(i), edge(i + 1), values[i] ?? 0),
    };
    this.#bins.draw(this.#model);
  }

  #sample(row: number, share: number, described: DescribedSample | undefined): HTMLElement {
    const { label, format } = this.#ui.texts;
    const { name = label("sampleRow", row + 1), texts = [], image } = described ?? {};
    const picture = image === undefined ? undefined : element("img", { src: image, alt: "", loading: "lazy" });
    const words = texts.slice(0, captionsShown).map((text) => element("span", { class: "sample-text" }, text));
    return element(
      "li",
      { class: "sample" },
      picture,
      element("span", { class: "sample-share figure" }, format.percent(share)),
      element("span", { class: "sample-name", title: name }, name),
      ...words,
    );
  }

  #table(): DataTable | undefined {
    const { bins = [], reach = 1 } = this.#distribution ?? {};
    return {
      columns: ["from", "to", "samples"],
      rowCount: bins.length,
      cell: (row, column) =>
        [(row * reach) / bins.length, ((row + 1) * reach) / bins.length, bins[row]][column] ?? Number.NaN,
    };
  }
}
