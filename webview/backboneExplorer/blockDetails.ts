import type { ReportedBlock, ReportedState } from "../../src/core/onnx/report/modelReport";
import type { ReadyState } from "../../src/core/views/backbone/explorerState";
import { operationsText } from "../../src/core/views/backbone/operationsText";
import { shapeText } from "../../src/core/views/backbone/valueRows";
import { element, setText } from "../shared/dom";
import type { ExplorerUi } from "./explorerUi";

const layouts = {
  tokens: "layoutTokens",
  grid: "layoutGrid",
  "sequence-first-tokens": "layoutSequenceFirst",
  "channels-last-grid": "layoutChannelsLast",
} as const;

const origins = {
  start: "originStart",
  residual: "originResidual",
  bottleneck: "originBottleneck",
  stage: "originStage",
  resolution: "originResolution",
  "final-norm": "originFinalNorm",
} as const;

/** Operators that are named; the table of the chart and the list of values have the rest. */
const maxOperators = 12;

/** Everything about one block and the hidden state that it ends with. */
export class BlockDetails {
  readonly root: HTMLElement;
  readonly #ui: ExplorerUi;
  readonly #title = element("h2", {});
  readonly #facts = element("dl", { class: "facts" });
  readonly #operators = element("dl", { class: "operators" });
  readonly #values = document.createElement("vscode-button");
  #block = 0;
  #drawn = "";

  constructor(ui: ExplorerUi) {
    this.#ui = ui;
    const { label } = ui.texts;
    this.#values.secondary = true;
    this.#values.textContent = label("showValues");
    this.#values.addEventListener("click", () => {
      ui.change({ within: this.#block, offset: 0, search: "" });
      document.querySelector<HTMLElement>("#values")?.scrollIntoView({ block: "start" });
    });
    const operators = element("h3", {}, label("operators"));
    this.root = element(
      "section",
      { class: "details", "aria-live": "polite" },
      this.#title,
      this.#facts,
      operators,
      this.#operators,
      this.#values,
    );
  }

  draw({ report }: ReadyState, names: readonly string[], chosen: number): void {
    const block = report.blocks[chosen];
    const key = JSON.stringify([chosen, block, report.axes]);
    if (!block || key === this.#drawn) return;
    this.#drawn = key;
    this.#block = chosen;
    const state = block.hiddenState === undefined ? undefined : report.hiddenStates[block.hiddenState];
    setText(this.#title, names[chosen] ?? "");
    const facts = [...(state ? this.#stateFacts(state) : []), ...this.#blockFacts(block, report.parameters)];
    this.#facts.replaceChildren(...facts.flatMap(([name, text]) => [element("dt", {}, name), element("dd", {}, text)]));
    this.#drawOperators(block);
  }

  #stateFacts(state: ReportedState): (readonly [string, string])[] {
    const { label, format } = this.#ui.texts;
    return [
      [label("hiddenStateTitle", state.index), state.value],
      [label("whyFound"), label(origins[state.foundBy])],
      [label("shapeName"), shapeText(state.shape)],
      [label("layoutName"), label(layouts[state.layout])],
      [label("widthName"), format.integer(state.width)],
      [label("itemShape"), state.itemShape ? shapeText(state.itemShape) : label("unknownSize")],
    ];
  }

  #blockFacts({ nodes, parameters, flops }: ReportedBlock, all: number): (readonly [string, string])[] {
    const { label, format } = this.#ui.texts;
    const share = all > 0 ? ` · ${label("ofAll", format.percent(parameters / all))}` : "";
    return [
      [label("nodesName"), format.integer(nodes)],
      [label("parametersName"), format.integer(parameters) + share],
      [label("flopsName"), flops === undefined ? label("unknownSize") : operationsText(flops, format.number)],
    ];
  }

  #drawOperators({ operators }: ReportedBlock): void {
    const { format } = this.#ui.texts;
    const most = operators[0]?.[1] ?? 1;
    const rows = operators.slice(0, maxOperators).flatMap(([name, count]) => {
      const fill = element("span", { class: "bar-fill" });
      fill.style.width = `${(100 * count) / most}%`;
      const bar = element("span", { class: "bar", "aria-hidden": "true" }, fill);
      return [element("dt", {}, name), element("dd", { class: "figure" }, bar, format.integer(count))];
    });
    this.#operators.replaceChildren(...rows);
  }
}
