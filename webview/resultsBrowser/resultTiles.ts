import type { ShownAnswer, ShownResult } from "../../src/core/views/results/shownEntries";
import { tileWalk } from "../../src/core/views/results/tileWalk";
import { element } from "../shared/dom";
import { figure, pictureOf, wordsOf } from "./entryView";
import type { PageUi } from "./pageUi";

export interface TileEvents {
  /** A result was chosen, by its position. */
  readonly choose: (position: number) => void;
  /** A result is to be searched with. */
  readonly follow: (position: number) => void;
}

/** The results as tiles in rows; one of them can be reached with the Tab key, the others with the arrow keys. */
export class ResultTiles {
  readonly root: HTMLElement;
  readonly #ui: PageUi;
  readonly #events: TileEvents;
  #answer: ShownAnswer | undefined;
  #tiles: readonly HTMLElement[] = [];
  #focus = 0;

  constructor(ui: PageUi, events: TileEvents) {
    this.#ui = ui;
    this.#events = events;
    const { label } = ui.texts;
    this.root = element("div", { class: "tiles", role: "listbox", "aria-label": label("results") });
    this.root.setAttribute("aria-description", label("resultsHelp"));
    this.root.addEventListener("keydown", (event) => this.#press(event));
    this.root.addEventListener("click", ({ target }) => {
      const position = this.#positionOf(target);
      if (position !== undefined) this.#choose(position);
    });
    this.root.addEventListener("dblclick", ({ target }) => {
      const position = this.#positionOf(target);
      if (position !== undefined) events.follow(position);
    });
  }

  /** @param selected position of the result that is looked at */
  draw(answer: ShownAnswer, selected: number | undefined): void {
    if (answer !== this.#answer) {
      this.#answer = answer;
      this.#focus = 0;
      const results = resultsOf(answer);
      this.#tiles = results.map((result, position) => this.#tile(result, position === answer.results.length));
      this.root.replaceChildren(...this.#tiles);
    }
    if (selected !== undefined && selected < this.#tiles.length) this.#focus = selected;
    for (const [position, tile] of this.#tiles.entries()) {
      tile.setAttribute("aria-selected", String(position === selected));
      tile.tabIndex = position === this.#focus ? 0 : -1;
    }
  }

  /** @param isApart stands behind a gap: the first right answer, when it is not among the top */
  #tile({ entry, rank, score, isRight }: ShownResult, isApart: boolean): HTMLElement {
    const { label, format } = this.#ui.texts;
    const words = wordsOf(entry);
    const right = isRight === true ? element("span", { class: "badge-right" }, `✓ ${label("rightAnswer")}`) : undefined;
    const tile = element(
      "div",
      {
        class: `tile tile-${entry.side}${isApart ? " tile-apart" : ""}`,
        role: "option",
        "data-right": isRight === true ? "" : undefined,
      },
      isApart ? element("span", { class: "hint" }, label("firstRightAt", format.integer(rank))) : undefined,
      entry.side === "image" ? pictureOf(entry, words, this.#ui) : undefined,
      element(
        "span",
        { class: "tile-head" },
        element("strong", {}, label("resultRank", format.integer(rank))),
        element("span", { class: "hint figure" }, label("resultScore", figure(score))),
      ),
      right,
      // The image's alternative text says the captions already.
      element("span", { class: "tile-words", ...(entry.side === "image" && { "aria-hidden": "true" }) }, words),
    );
    tile.title = words;
    return tile;
  }

  #positionOf(target: EventTarget | null): number | undefined {
    const tile = target instanceof Element ? target.closest<HTMLElement>(".tile") : null;
    const position = tile ? this.#tiles.indexOf(tile) : -1;
    return position < 0 ? undefined : position;
  }

  #press(event: KeyboardEvent): void {
    if (event.key === "Enter") {
      this.#events.follow(this.#focus);
      return;
    }
    if (event.key === " ") {
      event.preventDefault();
      this.#choose(this.#focus);
      return;
    }
    const to = tileWalk(this.#focus, event.key, this.#tiles.length, this.#columns());
    if (to === undefined) return;
    event.preventDefault();
    this.#choose(to);
  }

  #choose(position: number): void {
    this.#focus = position;
    this.#tiles[position]?.focus();
    this.#events.choose(position);
  }

  /** Tiles side by side, as the style sheet lays them out now. */
  #columns(): number {
    const [first] = this.#tiles;
    if (!first) return 1;
    const next = this.#tiles.findIndex((tile) => tile.offsetTop > first.offsetTop);
    return next < 0 ? this.#tiles.length : next;
  }
}

/** The results, and behind them the first right answer when it is not one of them. */
export function resultsOf({ results, firstRight }: ShownAnswer): readonly ShownResult[] {
  return firstRight ? [...results, firstRight] : results;
}
