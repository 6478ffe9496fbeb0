import type { Phase } from "../../src/core/experiment/runEvent";
import { dashboardTable } from "../../src/core/views/chartTables";
import type { MemoryLedger } from "../../src/core/views/memoryLedger";
import type { PhaseSpan } from "../../src/core/views/runHistory";
import { ledgerScene } from "../../src/core/views/scenes/ledgerScene";
import type { LedgerTexts } from "../../src/core/views/scenes/ledgerScene";
import type { PanelLabel } from "../../src/protocol/panelLabels";
import { ChartFrame } from "../shared/chartFrame";
import { element, show } from "../shared/dom";
import type { Band, Line } from "../shared/lineModel";
import { LinePlot } from "../shared/linePlot";
import type { PlotGroup } from "../shared/plotGroup";
import { SceneView } from "../shared/sceneView";
import type { Ui } from "../shared/ui";
import type { DashboardModel } from "./dashboardModel";

const kindLabels: Readonly<Record<string, PanelLabel>> = {
  weights: "kindWeights",
  activations: "kindActivations",
  gradients: "kindGradients",
  optimizerState: "kindOptimizerState",
  workspace: "kindWorkspace",
  data: "kindData",
};

/** Print needs a width of its own. */
const printWidth = 720;

/** Memory over time, aligned with the phases, and the ledger: what was predicted beside what was measured. */
export class MemoryTab {
  readonly root: HTMLElement;
  readonly #ui: Ui;
  readonly #group: PlotGroup;
  readonly #plot: LinePlot;
  readonly #ledger: ChartFrame;
  readonly #bars: SceneView;
  readonly #sentences = element("div", { class: "sentences" });
  #model: DashboardModel | undefined;

  constructor(ui: Ui, group: PlotGroup) {
    this.#ui = ui;
    this.#group = group;
    const { label } = ui.texts;
    const table = (chart: string) => () => {
      const { tables, state } = this.#model ?? {};
      return tables && state && dashboardTable({ tables, ledger: state.ledger, selector: state.head.selector }, chart);
    };
    this.#plot = new LinePlot(
      ui,
      { chart: "memory", title: label("memoryOverTime"), table: table("memory") },
      group.events,
    );
    group.plots.push(this.#plot);
    this.#ledger = new ChartFrame(ui, {
      chart: "ledger",
      title: label("ledger"),
      help: label("drawingHelp"),
      table: table("ledger"),
      scene: () => ledgerScene(this.#model?.state.ledger ?? { measuredByPhase: [] }, printWidth, this.#texts()),
    });
    this.#bars = new SceneView(this.#ledger.stage, { say: (text) => this.#ledger.say(text) });
    this.#ledger.root.append(this.#sentences);
    this.root = element("div", { class: "charts charts-wide" }, this.#plot.frame.root, this.#ledger.root);
    new ResizeObserver(() => this.#drawLedger()).observe(this.#ledger.stage);
  }

  draw(model: DashboardModel): void {
    this.#model = model;
    const { label, format } = this.#ui.texts;
    const { memory } = model.tables;
    const x = memory.column("seconds");
    const line = (id: string, name: string, column: string, tone: number): Line => {
      return { id, label: name, tone, x, y: memory.column(column), hasMarkers: true, isSmoothable: false };
    };
    const hasDevice = memory.column("deviceBytes").some(Number.isFinite);
    this.#plot.draw({
      lines: [
        line("rss", label("rss"), "rssBytes", 0),
        ...(hasDevice ? [line("device", label("deviceMemory"), "deviceBytes", 1)] : []),
      ],
      bands: bandsOf(model.state.phases, model.state.head.seconds, (phase) => label(phase)),
      unit: "seconds",
      xTitle: label("timeAxis"),
      isBytes: true,
      window: this.#group.view.window,
      hidden: this.#group.view.hidden,
      isLogY: false,
      smoothing: 0,
      startsAtZero: true,
      revision: model.revision,
      formatX: format.number,
      formatY: format.bytes,
    });
    this.#drawLedger();
  }

  #drawLedger(): void {
    const ledger = this.#model?.state.ledger;
    show(this.#ledger.root, ledger !== undefined);
    if (!ledger || this.#bars.width === 0) return;
    this.#bars.draw(ledgerScene(ledger, this.#bars.width, this.#texts()));
    const sentences = this.#describe(ledger);
    this.#sentences.replaceChildren(...sentences.map((text) => element("p", {}, text)));
    this.#ledger.setSummary(sentences.join(" "));
    this.#ledger.refreshTable();
  }

  #describe({ predicted, idleBytes, peakBytes, aboveIdleBytes, measuredByPhase }: MemoryLedger): readonly string[] {
    const { label, format } = this.#ui.texts;
    const training = measuredByPhase.find(({ phase }) => phase === "train")?.bytes;
    const largest = predicted?.kinds[0];
    return [
      predicted && largest
        ? label("ledgerPredicted", format.bytes(predicted.peakBytes), this.#kind(largest.kind))
        : label("ledgerNoPrediction"),
      ...(aboveIdleBytes !== undefined && predicted
        ? [label("ledgerError", format.bytes(aboveIdleBytes), format.percent(aboveIdleBytes / predicted.peakBytes))]
        : []),
      ...(idleBytes === undefined && training !== undefined ? [label("ledgerNoIdle", format.bytes(training))] : []),
      ...(peakBytes === undefined ? [] : [label("ledgerPeak", format.bytes(peakBytes))]),
    ];
  }

  #texts(): LedgerTexts {
    const { label, format } = this.#ui.texts;
    return {
      predicted: label("predictedBar"),
      measured: label("measuredBar"),
      idle: label("idle"),
      aboveIdle: label("aboveIdle"),
      whileTraining: label("whileTraining"),
      kind: (kind) => this.#kind(kind),
      bytes: format.bytes,
    };
  }

  #kind(kind: string): string {
    const known = kindLabels[kind];
    return known ? this.#ui.texts.label(known) : kind;
  }
}

/** A colour per phase; a phase that is under way reaches to the newest event. */
function bandsOf(phases: readonly PhaseSpan[], now: number, name: (phase: Phase) => string): readonly Band[] {
  const tones: Readonly<Record<Phase, number>> = { extract: 3, statistics: 5, train: 0, evaluate: 1 };
  return phases.map(({ phase, start, end = now }) => ({ from: start, to: end, name: name(phase), tone: tones[phase] }));
}
