import { confidenceTable } from "../../core/views/chartTables";
import type { DataTable } from "../../core/views/csv";
import type { LayerDrop } from "../../core/views/lens/leaveOneOut";
import { layerLensState } from "../../core/views/layerLensState";
import type { PanelLabels } from "../../protocol/panelLabels";
import type { LensMessage } from "../../protocol/panelMessage";
import type { PanelContent } from "./panelContent";
import type { RunFeed } from "./runFeed";

type LensStateMessage = Extract<LensMessage, { kind: "state" }>;

/** The layer lens of a feed. Its state is small and changes with evaluations only, so it is always sent whole. */
export class LensContent implements PanelContent {
  readonly isBehind = false;
  readonly #feed: RunFeed;
  readonly #labels: PanelLabels;
  #sent = "";
  #drops: readonly LayerDrop[] = [];

  constructor(feed: RunFeed, labels: PanelLabels) {
    this.#feed = feed;
    this.#labels = labels;
  }

  whole(): LensStateMessage {
    const { history, context } = this.#feed;
    this.#sent = this.#key();
    const state = layerLensState(history.confidences, context);
    return { kind: "state", labels: this.#labels, state, drops: this.#drops };
  }

  /** What runs without one of the layers lost; sent with the next message. */
  setDrops(drops: readonly LayerDrop[]): void {
    this.#drops = drops;
  }

  changes(): LensStateMessage | undefined {
    return this.#key() === this.#sent ? undefined : this.whole();
  }

  /** @param chart `<drawing>.<modality>`; all drawings of a modality show the same data */
  table(chart: string): DataTable | undefined {
    const modality = chart.slice(chart.indexOf(".") + 1);
    const { history, context } = this.#feed;
    const lens = layerLensState(history.confidences, context).modalities.find((known) => known.modality === modality);
    return lens && confidenceTable(lens);
  }

  /** Differs whenever the state does: evaluations are only ever added, or replaced by later ones. */
  #key(): string {
    const { history, context } = this.#feed;
    const places = history.confidences.map(({ step, split, byModality }) => {
      return [step, split, Object.values(byModality)[0]?.[0]?.mean];
    });
    return JSON.stringify([context.standing, context.problem, places, this.#drops]);
  }
}
