import type { LoadingWork } from "../core/views/results/loadingWork";
import type { ShownAnswer, ShownQuery } from "../core/views/results/shownEntries";
import type { PanelLabels } from "./panelLabels";
import type { RetrievalOverview } from "./retrieval";

/** How the results browser stands. */
export type ResultsPhase =
  | { readonly kind: "loading"; readonly work: LoadingWork }
  /** Nothing was asked yet. */
  | { readonly kind: "closed" }
  | { readonly kind: "ready" }
  /** Something went wrong; `reason` is a sentence. */
  | { readonly kind: "failed"; readonly reason: string }
  /** The user stopped the loading. */
  | { readonly kind: "stopped" }
  /** Nothing runs in a workspace that is not trusted. */
  | { readonly kind: "untrusted" };

export interface ResultsState {
  /** The run's own name, and what it is a run of, if that can be read. */
  readonly run: {
    readonly name: string;
    readonly directory: string;
    readonly experiment?: string | undefined;
    readonly variant?: string | undefined;
    readonly seed?: number | undefined;
  };
  readonly phase: ResultsPhase;
  /** The split that is open, or was when a worker last lived. */
  readonly overview?: RetrievalOverview | undefined;
  /** The run has a better checkpoint by now than the one that answers. */
  readonly hasNewerCheckpoint?: boolean | undefined;
}

/** What the host tells the results browser. Answers bear the number of their question. */
export type ResultsMessage =
  | { readonly kind: "state"; readonly labels: PanelLabels; readonly state: ResultsState }
  | {
      readonly kind: "queries";
      readonly request: number;
      readonly total: number;
      readonly offset: number;
      readonly queries: readonly ShownQuery[];
    }
  | {
      readonly kind: "answer";
      readonly request: number;
      readonly answer: ShownAnswer;
      /** The query, when it is one of the split. */
      readonly query?: ShownQuery | undefined;
      /** The image file that was searched with. */
      readonly file?: { readonly name: string; readonly source?: string | undefined } | undefined;
    }
  /** The question has no answer; without a reason it was withdrawn. */
  | { readonly kind: "problem"; readonly request: number; readonly reason?: string | undefined };
