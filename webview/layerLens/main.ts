import "@vscode-elements/elements/dist/vscode-button/index.js";
import "@vscode-elements/elements/dist/vscode-option/index.js";
import "@vscode-elements/elements/dist/vscode-single-select/index.js";
import type { LayerLensState, ModalityLens } from "../../src/core/views/layerLensState";
import type { LayerDrop } from "../../src/core/views/lens/leaveOneOut";
import type { LayerMessage, LensMessage } from "../../src/protocol/panelMessage";
import { element, setText, show, uniqueId } from "../shared/dom";
import { loadSaved, save, send } from "../shared/host";
import { PlotGroup } from "../shared/plotGroup";
import { Texts } from "../shared/texts";
import { followTheme } from "../shared/theme";
import type { Ui } from "../shared/ui";
import { DropChart } from "./dropChart";
import { LayerPanel } from "./layerPanel";
import { layerTable } from "./layerTable";
import { LensCharts } from "./lensCharts";
import type { LensView } from "./lensView";
import { evaluationKey, readLensView } from "./lensView";

type LensStateMessage = Extract<LensMessage, { kind: "state" }>;

/** The page: a modality and an evaluation to look at, and the drawings of both. */
class LayerLens {
  readonly #ui: Ui;
  readonly #charts: LensCharts;
  readonly #group: PlotGroup;
  readonly #title = element("p", { class: "subtitle" });
  readonly #alerts = element("div", { class: "alerts", role: "status" });
  readonly #summary = element("p", { class: "lens-summary" });
  readonly #table = element("div", { class: "table-scroll layer-scroll", role: "region", tabindex: "0" });
  readonly #empty: HTMLElement;
  readonly #content: HTMLElement;
  readonly #modality = document.createElement("vscode-single-select");
  readonly #modalityControl: HTMLElement;
  readonly #slider: HTMLInputElement;
  readonly #at = element("output", { class: "figure" });
  readonly #newest = document.createElement("vscode-button");
  #view: LensView = readLensView(loadSaved());
  #state: LayerLensState;
  #drops: readonly LayerDrop[];
  readonly #layer: LayerPanel;
  readonly #dropChart: DropChart;
  /** The layer that the host was asked about. */
  #asked = "";
  /** A layer was chosen just now. */
  #takesFocus = false;
  #revision = 0;
  #frame: number | undefined;

  constructor(ui: Ui, { state, drops }: LensStateMessage) {
    this.#ui = ui;
    this.#state = state;
    this.#drops = drops;
    const { label } = ui.texts;
    const hidden = new Set(this.#view.hidden);
    this.#group = new PlotGroup({ window: undefined, hidden }, (view) => this.#change({ hidden: [...view.hidden] }));
    const inspect = (layer: string): void => this.#inspect(layer);
    this.#charts = new LensCharts(ui, this.#group, (evaluation) => this.#choose(evaluation), inspect);
    this.#layer = new LayerPanel(ui, () => this.#change({ layer: undefined }));
    this.#dropChart = new DropChart(ui, inspect);
    this.#table.setAttribute("aria-label", label("intervalTitle"));
    this.#empty = element("p", { class: "hint" }, label("lensEmpty"));

    this.#modality.label = label("modality");
    this.#modality.addEventListener("change", () =>
      this.#change({ modality: this.#modality.value, evaluation: undefined, layer: undefined }),
    );
    this.#modalityControl = element("span", { class: "control" }, label("modality"), this.#modality);
    const id = uniqueId("evaluation");
    this.#slider = element("input", { type: "range", min: "0", step: "1", id });
    this.#slider.addEventListener("input", () => this.#choose(Number(this.#slider.value)));
    this.#newest.secondary = true;
    this.#newest.textContent = label("newest");
    this.#newest.addEventListener("click", () => this.#change({ evaluation: undefined }));
    const dashboard = document.createElement("vscode-button");
    dashboard.secondary = true;
    dashboard.textContent = label("openDashboard");
    dashboard.addEventListener("click", () => send({ kind: "openPanel", panel: "runDashboard" }));

    const leaveOut = document.createElement("vscode-button");
    leaveOut.secondary = true;
    leaveOut.textContent = label("leaveOneOut");
    leaveOut.addEventListener("click", () => send({ kind: "runCommand", command: "launchAblation" }));

    const evaluation = element(
      "span",
      { class: "control" },
      element("label", { for: id }, label("evaluation")),
      this.#slider,
      this.#at,
    );
    this.#content = element(
      "div",
      {},
      element("div", { class: "controls" }, this.#modalityControl, evaluation, this.#newest),
      this.#summary,
      this.#layer.root,
      this.#charts.root,
      this.#dropChart.root,
      this.#table,
    );
    const actions = element("div", { class: "actions" }, dashboard);
    const head = element(
      "header",
      {},
      element("div", { class: "title-line" }, element("h1", {}, label("lensTitle")), actions),
      this.#title,
      this.#alerts,
      element("div", { class: "alert alert-info caveat" }, element("p", {}, label("lensCaveat")), leaveOut),
    );
    document.body.replaceChildren(element("main", {}, head, this.#empty, this.#content));
    followTheme(() => {
      for (const plot of this.#group.plots) plot.retheme();
      this.#layer.retheme();
      this.#dropChart.retheme();
    });
    this.#redraw();
  }

  draw({ state, drops }: LensStateMessage): void {
    // A run that has ended has written what its samples say.
    if (state.standing !== this.#state.standing) this.#asked = "";
    this.#state = state;
    this.#drops = drops;
    this.#redraw();
  }

  answer(message: LayerMessage): void {
    if (message.layer === this.#view.layer && message.modality === this.#lens()?.modality) this.#layer.answer(message);
  }

  #inspect(layer: string): void {
    this.#asked = "";
    this.#takesFocus = true;
    this.#change({ layer });
  }

  #change(change: Partial<LensView>): void {
    this.#view = { ...this.#view, ...change };
    this.#redraw();
  }

  #choose(evaluation: number): void {
    const lens = this.#lens();
    const at = lens?.evaluations[evaluation];
    const isNewest = evaluation === (lens?.evaluations.length ?? 0) - 1;
    this.#change({ evaluation: isNewest || !at ? undefined : evaluationKey(at) });
  }

  #lens(): ModalityLens | undefined {
    const { modalities } = this.#state;
    return modalities.find(({ modality }) => modality === this.#view.modality) ?? modalities[0];
  }

  #redraw(): void {
    if (this.#frame !== undefined) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = undefined;
      const { label } = this.#ui.texts;
      const { name, standing, directory, problem } = this.#state;
      setText(this.#title, `${name} · ${label(standing)}`);
      const lens = this.#lens();
      show(this.#empty, lens === undefined);
      show(this.#content, lens !== undefined);
      this.#drawAlerts(problem, lens);
      if (lens) this.#drawLens(lens);
      save({ ...this.#view, directory });
    });
  }

  #drawLens(lens: ModalityLens): void {
    const found = lens.evaluations.findIndex((known) => evaluationKey(known) === this.#view.evaluation);
    const evaluation = found < 0 ? lens.evaluations.length - 1 : found;
    const at = lens.evaluations[evaluation];
    const { label } = this.#ui.texts;
    this.#slider.max = String(lens.evaluations.length - 1);
    this.#slider.value = String(evaluation);
    const text = at ? label("evaluationAt", at.epoch, at.step, this.#charts.splitName(at.split)) : "";
    setText(this.#at, text);
    this.#slider.setAttribute("aria-valuetext", text);
    show(this.#newest, this.#view.evaluation !== undefined && found >= 0);
    this.#drawModalities(lens);
    setText(this.#summary, this.#describe(lens, evaluation));
    this.#charts.draw({ lens, evaluation, revision: ++this.#revision });
    const drops = this.#drops.filter(({ modality }) => modality === lens.modality);
    const { selector } = this.#state;
    this.#dropChart.draw(lens, drops, selector);
    this.#table.replaceChildren(
      layerTable(lens, evaluation, this.#ui, {
        splitName: (split) => this.#charts.splitName(split),
        drops,
        selector,
        inspect: (layer) => this.#inspect(layer),
      }),
    );
    this.#drawLayer(lens);
  }

  #drawLayer({ modality, layers }: ModalityLens): void {
    const layer = layers.find((name) => name === this.#view.layer);
    show(this.#layer.root, layer !== undefined);
    const key = layer === undefined ? "" : `${modality} ${layer}`;
    if (key === this.#asked) return;
    this.#asked = key;
    if (layer === undefined) return;
    this.#layer.open(layer);
    if (this.#takesFocus) this.#layer.focus();
    this.#takesFocus = false;
    send({ kind: "inspectLayer", modality, layer });
  }

  #drawModalities({ modality: shown }: ModalityLens): void {
    const names = this.#state.modalities.map(({ modality }) => modality);
    show(this.#modalityControl, names.length > 1);
    if (names.join("\n") === this.#modality.dataset["names"]) return;
    this.#modality.dataset["names"] = names.join("\n");
    this.#modality.replaceChildren(
      ...names.map((name) => {
        const option = document.createElement("vscode-option");
        option.value = name;
        option.selected = name === shown;
        option.textContent = name;
        return option;
      }),
    );
  }

  #drawAlerts(problem: string | undefined, lens: ModalityLens | undefined): void {
    const { label, format } = this.#ui.texts;
    const layer = lens?.collapse && lens.layers[lens.collapse.layer];
    const alerts = [
      ...(problem === undefined ? [] : [element("p", { class: "alert alert-error" }, problem)]),
      ...(lens?.collapse && layer !== undefined
        ? [
            element(
              "p",
              { class: "alert alert-warning" },
              element("strong", {}, `${label("collapseTitle")}: `),
              label("collapseText", layer, format.percent(lens.collapse.share)),
            ),
          ]
        : []),
    ];
    const texts = (nodes: Iterable<Node>): string => [...nodes].map(({ textContent }) => textContent).join("\n");
    if (texts(this.#alerts.childNodes) !== texts(alerts)) this.#alerts.replaceChildren(...alerts);
  }

  #describe({ layers, means, evaluations }: ModalityLens, evaluation: number): string {
    const { label, format } = this.#ui.texts;
    const row = means.subarray(evaluation * layers.length, (evaluation + 1) * layers.length);
    const [most, least] = [Math.max(...row), Math.min(...row)];
    const at = evaluations[evaluation];
    if (!at || !Number.isFinite(most)) return "";
    const named = (share: number): readonly string[] => [layers[row.indexOf(share)] ?? "", format.percent(share)];
    return label("lensSummary", this.#charts.splitName(at.split), at.epoch, ...named(most), ...named(least));
  }
}

let lens: LayerLens | undefined;

window.addEventListener("message", ({ data: message }: MessageEvent<LensMessage>) => {
  if (message.kind === "layer") lens?.answer(message);
  else if (lens) lens.draw(message);
  else lens = new LayerLens({ texts: new Texts(message.labels, document.documentElement.lang || "en"), send }, message);
});
send({ kind: "ready" });
