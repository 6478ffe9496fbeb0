import { blockMeasures, blockTable, measureOf, type BlockMeasure } from "../../src/core/views/backbone/blockMeasures";
import type { ReadyState } from "../../src/core/views/backbone/explorerState";
import { operationsText } from "../../src/core/views/backbone/operationsText";
import { blockScene } from "../../src/core/views/scenes/blockScene";
import type { Scene } from "../../src/core/views/scenes/scene";
import { ChartFrame } from "../shared/chartFrame";
import { element } from "../shared/dom";
import { SceneView } from "../shared/sceneView";
import { SelectBox } from "../shared/selectBox";
import type { ExplorerUi } from "./explorerUi";

const printWidth = 720;

const titles = {
  parameters: "measureParameters",
  flops: "measureFlops",
  width: "measureWidth",
  cache: "measureCache",
} as const;

interface Shown {
  readonly state: ReadyState;
  readonly names: readonly string[];
  readonly ticked: ReadonlySet<string>;
  readonly measure: BlockMeasure;
}

/** One figure of all blocks as bars. */
export class BlockChart {
  readonly root: HTMLElement;
  readonly #ui: ExplorerUi;
  readonly #frame: ChartFrame;
  readonly #view: SceneView;
  readonly #measure: SelectBox;
  #shown: Shown | undefined;

  constructor(ui: ExplorerUi) {
    this.#ui = ui;
    const { label } = ui.texts;
    this.#measure = new SelectBox(label("blockMeasure"), (measure) => ui.change({ measure }));
    this.#frame = new ChartFrame(ui, {
      chart: "blocks",
      title: label("blockChart"),
      help: label("drawingHelp"),
      table: () => {
        const shown = this.#shown;
        return (
          shown &&
          blockTable(
            shown.state.report,
            shown.names,
            blockMeasures.map((measure) => label(titles[measure])),
          )
        );
      },
      scene: () => this.#scene(printWidth),
    });
    this.#view = new SceneView(this.#frame.stage, {
      say: (text) => this.#frame.say(text),
      choose: ({ row }) => ui.change({ block: (this.#shown?.names.length ?? 1) - 1 - row }),
    });
    this.root = element("section", { class: "block-chart" }, this.#measure.root, this.#frame.root);
    new ResizeObserver(() => this.#redraw()).observe(this.#frame.stage);
  }

  draw(state: ReadyState, names: readonly string[], ticked: ReadonlySet<string>, wanted: string): void {
    const { label } = this.#ui.texts;
    const measure = blockMeasures.find((known) => known === wanted) ?? "parameters";
    this.#shown = { state, names, ticked, measure };
    this.#measure.draw(
      blockMeasures.map((value) => ({ value, text: label(titles[value]) })),
      measure,
    );
    this.#redraw();
  }

  #redraw(): void {
    if (!this.#shown || this.#view.width === 0) return;
    const scene = this.#scene(this.#view.width);
    this.#frame.setSummary(scene.targets.map(({ text }) => text).join(". "));
    this.#view.draw(scene);
    this.#frame.refreshTable();
  }

  #scene(width: number): Scene {
    if (!this.#shown) return { width: 1, height: 1, shapes: [], targets: [] };
    const { state, names, ticked, measure } = this.#shown;
    const { label, format } = this.#ui.texts;
    const { report } = state;
    const bars = report.blocks.map((block, index) => {
      const value = block.hiddenState === undefined ? undefined : report.hiddenStates[block.hiddenState]?.value;
      return {
        name: names[index] ?? "",
        value: measureOf(block, measure, report),
        isTicked: value !== undefined && ticked.has(value),
      };
    });
    const figures = {
      parameters: format.integer,
      flops: (value: number) => operationsText(value, format.number),
      width: format.integer,
      cache: format.bytes,
    };
    return blockScene(bars, width, {
      axis: label(titles[measure]),
      figure: figures[measure],
      bar: (name, figure) => label("measureBar", name, figure),
      unknown: "–",
    });
  }
}
