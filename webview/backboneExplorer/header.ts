import type { ReadyState } from "../../src/core/views/backbone/explorerState";
import { operationsText } from "../../src/core/views/backbone/operationsText";
import { shapeText } from "../../src/core/views/backbone/valueRows";
import { sideLabels } from "../../src/protocol/explorerLabels";
import { element, setText } from "../shared/dom";
import type { ExplorerUi } from "./explorerUi";

/** Name of the file, what it holds in all, its inputs and outputs, and the experiments that use it. */
export class Header {
  readonly root: HTMLElement;
  readonly #ui: ExplorerUi;
  readonly #title = element("h1", {});
  readonly #facts = element("p", { class: "subtitle" });
  readonly #uses = element("p", { class: "uses" });
  readonly #ports = element("ul", { class: "ports" });
  #drawn = "";

  constructor(ui: ExplorerUi) {
    this.#ui = ui;
    const ports = element("details", {}, element("summary", {}, ui.texts.label("inputsTitle")), this.#ports);
    this.root = element("header", {}, this.#title, this.#facts, this.#uses, ports);
  }

  draw({ file, report, uses }: ReadyState): void {
    const key = JSON.stringify([file, report.axes, report.opset, report.parameters, report.inputs, uses]);
    if (key === this.#drawn) return;
    this.#drawn = key;
    const { label, format } = this.#ui.texts;
    setText(this.#title, file);
    const flops = report.blocks.reduce((sum, block) => sum + (block.flops ?? Number.NaN), 0);
    const facts = [
      label("modelFacts", report.opset, report.producer || label("unknownProducer")),
      label("modelWeights", format.integer(report.parameters), format.bytes(report.weightBytes)),
      ...(Number.isFinite(flops) ? [label("modelFlops", operationsText(flops, format.number))] : []),
    ];
    setText(this.#facts, facts.join(" · "));
    const port = (
      name: "inputRow" | "outputRow",
      { name: value, dtype, shape }: ReadyState["report"]["inputs"][number],
    ) =>
      element(
        "li",
        {},
        label(name),
        element("code", {}, value),
        ` ${dtype}`,
        shape.length > 0 ? ` [${shapeText(shape)}]` : undefined,
      );
    this.#ports.replaceChildren(
      ...report.inputs.map((input) => port("inputRow", input)),
      ...report.outputs.map((output) => port("outputRow", output)),
    );
    this.#drawUses(uses);
  }

  #drawUses(uses: ReadyState["uses"]): void {
    const { label, format } = this.#ui.texts;
    const links = uses.flatMap(({ experiment, side, data, problem, taps }, use) => {
      const name = label(sideLabels[side]);
      const button = element(
        "button",
        { type: "button", class: "link-button" },
        label("openExperimentOf", experiment, name),
      );
      button.addEventListener("click", () => this.#ui.send({ kind: "openExperiment", use }));
      const counted = data && label("itemsOf", format.integer(data.items), data.dtype);
      const words = [
        problem === undefined ? (counted ?? label("dataReading")) : undefined,
        taps ? label("tapsNow", taps.length) : label("useUnknownTaps"),
      ];
      return [use > 0 ? ", " : "", button, ` ${words.filter((word) => word !== undefined).join(", ")}`];
    });
    this.#uses.replaceChildren(...(links.length > 0 ? [`${label("usedBy")} `, ...links] : []));
  }
}
