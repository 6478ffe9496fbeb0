import { basename } from "node:path";
import type { ComparedCurves } from "../../core/views/comparison/comparedCurves";
import { comparedCurves } from "../../core/views/comparison/comparedCurves";
import type { ComparedRun } from "../../core/views/comparison/comparedRun";
import { comparedRun } from "../../core/views/comparison/comparedRun";
import { parseRunName } from "../../store/runName";
import { readRun } from "../../store/runListing";
import type { FeedOptions } from "./runFeed";
import { RunFeed } from "./runFeed";

/** What a comparison shows of one run. The events of a run that has ended are read once and not kept. */
export class ComparedSource {
  readonly directory: string;
  readonly #options: FeedOptions;
  readonly #changed: () => void;
  #feed: RunFeed | undefined;
  /** How the run stood when its events were last read to their end. */
  #readAs = "";
  #isStale = true;
  #shown: { readonly run: ComparedRun; readonly curves: ComparedCurves } | undefined;

  /** @param changed is told whenever there is something new to show */
  constructor(directory: string, options: FeedOptions, changed: () => void) {
    this.directory = directory;
    this.#options = options;
    this.#changed = changed;
  }

  /** What is known of the run; undefined until it has been looked at. */
  get shown(): { readonly run: ComparedRun; readonly curves: ComparedCurves } | undefined {
    if (this.#isStale && this.#feed?.isOpen === true) this.#shown = this.#summarized(this.#feed);
    return this.#shown;
  }

  get isRunning(): boolean {
    return this.#shown?.run.standing === "running";
  }

  /** Looks at the run and takes in what is new. One call at a time; never rejects. */
  async refresh(): Promise<void> {
    if (this.#feed === undefined && (await this.#standing()) === this.#readAs) return;
    this.#feed ??= new RunFeed(this.directory, this.#options, () => {
      this.#isStale = true;
      this.#changed();
    });
    const standing = await this.#standing();
    await this.#feed.refresh();
    if (this.#feed.context.standing === "running") return;
    // Figures and curves are kept; a million steps are not.
    this.#shown = this.shown;
    this.#feed = undefined;
    this.#readAs = standing;
  }

  /** Differs once a run has been taken up again. */
  async #standing(): Promise<string> {
    const { fs, processes, now } = this.#options;
    return JSON.stringify((await readRun(fs, this.directory, processes, now())) ?? null);
  }

  #summarized(feed: RunFeed): { run: ComparedRun; curves: ComparedCurves } {
    this.#isStale = false;
    const name = basename(this.directory);
    const identity = parseRunName(name) ?? { experiment: name, variant: "", seed: 0, attempt: 1 };
    return { run: comparedRun(feed.history, feed.context, identity), curves: comparedCurves(feed.history) };
  }
}
