import type { Phase } from "../../src/core/experiment/runEvent";
import { dashboardTable } from "../../src/core/views/chartTables";
import type { MemoryLedger } from "../../src/core/views/memoryLedger";
import type { PhaseSpan } from "../../src/core/views/runHistory";
import { ledgerBars, ledgerScene } from "../../src/core/views/scenes/ledgerScene";
import type { LedgerTexts } from "../../src/core/views/scenes/ledgerScene";
import type { PanelLabel } from "../../src/protocol/panelLabels";
import type { BarModel, BarSeries } from "../shared/barPlot";
import { BarPlot } from "../shared/barPlot";
import { element, show } from "../shared/dom";
import type { Band, Line } from "../shared/lineModel";
import { LinePlot } from "../shared/linePlot";
import type { PlotGroup } from "../shared/plotGroup";
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
  readonly #ledger: BarPlot;
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
    this.#ledger = new BarPlot(ui, {
      chart: "ledger",
      title: label("ledger"),
      table: table("ledger"),
      scene: () => ledgerScene(this.#model?.state.ledger ?? { measuredByPhase: [] }, printWidth, this.#texts()),
    });
    this.#ledger.frame.root.append(this.#sentences);
    this.root = element("div", { class: "charts charts-wide" }, this.#plot.frame.root, this.#ledger.frame.root);
  }

  retheme(): void {
    this.#ledger.retheme();
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
    show(this.#ledger.frame.root, ledger !== undefined);
    if (!ledger) return;
    this.#ledger.draw(this.#bars(ledger));
    const sentences = this.#describe(ledger);
    this.#sentences.replaceChildren(...sentences.map((text) => element("p", {}, text)));
    this.#ledger.frame.setSummary(sentences.join(" "));
  }

  /** Predicted and measured memory as two bars on one scale, each of the parts that it is made of. */
  #bars(ledger: MemoryLedger): BarModel {
    const { format } = this.#ui.texts;
    const bars = ledgerBars(ledger, this.#texts()).filter(({ segments }) => segments.length > 0);
    const totals = bars.map(({ segments }) => segments.reduce((sum, { bytes }) => sum + bytes, 0));
    const series = bars.flatMap(({ segments }, bar) =>
      segments.map(({ name, bytes, tone }): BarSeries => {
        const shade = tone === "measured" || tone === "idle" ? tone : undefined;
        return {
          id: `${bar} ${name}`,
          label: name,
          note: format.bytes(bytes),
          tone: Number(tone.replace(/^series/, "")) || 0,
          values: bars.map((_, other) => (other === bar ? bytes : Number.NaN)),
          ...(shade && { shade }),
        };
      }),
    );
    return {
      categories: bars.map(({ name }) => name),
      series,
      isStacked: true,
      valueTitle: "",
      hidden: new Set(),
      formatValue: format.bytes,
      totals: totals.map(format.bytes),
      stepSize: 2 ** Math.ceil(Math.log2(Math.max(...totals, 1) / 6)),
      describe: ({ label, values }, bar) =>
        `${bars[bar]?.name ?? ""}, ${label}: ${format.bytes(values[bar] ?? Number.NaN)}`,
    };
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
