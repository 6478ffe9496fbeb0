import type { LayerConfidence } from "../../src/core/experiment/layerConfidence";
import { entryConfidenceTable } from "../../src/core/views/results/resultsTables";
import { entryConfidenceScene } from "../../src/core/views/scenes/entryConfidenceScene";
import type { Scene } from "../../src/core/views/scenes/scene";
import type { PanelLabel } from "../../src/protocol/panelLabels";
import { ChartFrame } from "../shared/chartFrame";
import { element, setText, show } from "../shared/dom";
import { SceneView } from "../shared/sceneView";
import type { PageUi } from "./pageUi";

const printWidth = 560;

/** One image or caption among those of its side. */
export interface ShownConfidence {
  /** Name of the data in intents. */
  readonly source: string;
  /** What the bars stand for. */
  readonly name: string;
  readonly splitName: string;
  readonly layers: readonly LayerConfidence[];
  readonly values: readonly number[];
}

/** The layer confidence of a query or a result as bars beside the mean of its split; a sentence where there is none. */
export class ConfidencePanel {
  readonly root: HTMLElement;
  readonly #ui: PageUi;
  readonly #frame: ChartFrame;
  readonly #view: SceneView;
  readonly #none = element("p", { class: "hint" });
  #shown: ShownConfidence | undefined;

  constructor(ui: PageUi, chart: string, title: PanelLabel) {
    this.#ui = ui;
    const { label } = ui.texts;
    this.#frame = new ChartFrame(ui, {
      chart,
      source: () => this.#shown?.source ?? chart,
      title: label(title),
      help: label("drawingHelp"),
      table: () => this.#shown && entryConfidenceTable(this.#shown.layers, this.#shown.values),
      scene: () => this.#scene(printWidth),
    });
    this.#view = new SceneView(this.#frame.stage, { say: (text) => this.#frame.say(text) });
    this.root = element("div", {}, this.#frame.root, this.#none);
    new ResizeObserver(() => this.#redraw()).observe(this.#frame.stage);
  }

  /** @param none what to say when there is no confidence to show */
  draw(shown: ShownConfidence | undefined, none = ""): void {
    this.#shown = shown;
    show(this.#frame.root, shown !== undefined);
    show(this.#none, shown === undefined && none !== "");
    setText(this.#none, none);
    if (!shown) return;
    this.#frame.setCaption(this.#ui.texts.label("entryConfidenceCaption", shown.name, shown.splitName));
    this.#frame.setSummary(
      this.#scene(printWidth)
        .targets.map(({ text }) => text)
        .join(". "),
    );
    this.#frame.refreshTable();
    this.#redraw();
  }

  #redraw(): void {
    if (this.#shown && this.#view.width > 0) this.#view.draw(this.#scene(this.#view.width));
  }

  #scene(width: number): Scene {
    const { label, format } = this.#ui.texts;
    const { layers, values } = this.#shown ?? { layers: [], values: [] };
    return entryConfidenceScene(layers, values, width, {
      axis: label("confidence"),
      percent: format.percent,
      tick: format.shortPercent,
      layer: (name, share, mean) => label("entryLayerText", name, format.percent(share), format.percent(mean)),
    });
  }
}
