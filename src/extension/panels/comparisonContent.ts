import type { PanelLabels } from "../../protocol/panelLabels";
import type { ComparisonMessage } from "../../protocol/panelMessage";
import { ComparedSource } from "./comparedSource";
import type { FeedOptions } from "./runFeed";

/** More runs than this cannot be told apart in a chart. */
export const maxComparedRuns = 200;

/** The runs of a comparison, in the order in which they were chosen, and what of them has been sent. */
export class ComparisonContent {
  readonly #labels: PanelLabels;
  readonly #options: FeedOptions;
  readonly #changed: () => void;
  readonly #sources = new Map<string, ComparedSource>();
  readonly #unsent = new Set<string>();
  #isChanged = false;

  /** @param changed is told whenever there is something new to send */
  constructor(labels: PanelLabels, options: FeedOptions, changed: () => void) {
    this.#labels = labels;
    this.#options = options;
    this.#changed = changed;
  }

  get directories(): readonly string[] {
    return [...this.#sources.keys()];
  }

  has(directory: string): boolean {
    return this.#sources.has(directory);
  }

  /** Shows these runs; what is known of those that stay is kept. */
  setRuns(directories: readonly string[]): void {
    const wanted = [...new Set(directories)].slice(0, maxComparedRuns);
    const known = new Map(this.#sources);
    this.#sources.clear();
    for (const directory of wanted) {
      const source = known.get(directory) ?? this.#sourceOf(directory);
      this.#sources.set(directory, source);
    }
    this.#isChanged = true;
    this.#changed();
  }

  /**
   * Looks at the runs that may have changed, one after the other.
   * @param isAll look at those that have ended too: they may have been taken up again
   * @param isWanted ends the round as soon as it says no
   */
  async refresh(isAll: boolean, isWanted: () => boolean): Promise<void> {
    for (const source of [...this.#sources.values()]) {
      if (!isWanted()) return;
      if (isAll || source.isRunning || source.shown === undefined) await source.refresh();
    }
  }

  get isAnyRunning(): boolean {
    return [...this.#sources.values()].some(({ isRunning }) => isRunning);
  }

  /** Everything, for a page that has just been loaded. */
  whole(): ComparisonMessage {
    for (const directory of this.#sources.keys()) this.#unsent.add(directory);
    return { ...this.#message(), kind: "state", labels: this.#labels };
  }

  /** What changed since the last message; undefined when nothing did. */
  changes(): ComparisonMessage | undefined {
    if (this.#unsent.size === 0 && !this.#isChanged) return undefined;
    return { ...this.#message(), kind: "patch" };
  }

  #sourceOf(directory: string): ComparedSource {
    return new ComparedSource(directory, this.#options, () => {
      this.#unsent.add(directory);
      this.#changed();
    });
  }

  #message(): Omit<Extract<ComparisonMessage, { kind: "patch" }>, "kind"> {
    const shown = [...this.#sources].map(([directory, source]) => [directory, source.shown] as const);
    const runs = shown.flatMap(([, known]) => known?.run ?? []);
    const unsent = shown.filter(([directory]) => this.#unsent.has(directory));
    const curves = unsent.flatMap(([directory, known]) => (known ? [[directory, known.curves] as const] : []));
    this.#unsent.clear();
    this.#isChanged = false;
    return { runs, curves: Object.fromEntries(curves), unread: shown.length - runs.length };
  }
}
