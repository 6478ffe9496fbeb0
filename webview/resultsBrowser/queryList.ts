import { querySorts, type QuerySort } from "../../src/core/datasets/retrievalResults";
import type { ResultsView } from "../../src/core/views/results/resultsView";
import type { ShownQuery } from "../../src/core/views/results/shownEntries";
import { missingPages, scrollToShow, visibleRows } from "../../src/core/views/results/visibleRows";
import type { PanelLabel } from "../../src/protocol/panelLabels";
import type { ResultsMessage } from "../../src/protocol/resultsMessage";
import { element, setText, show, uniqueId } from "../shared/dom";
import { menuButton } from "../shared/menuButton";
import { type Choice, fieldOf, selectOf } from "./choices";
import { figure, pictureOf, wordsOf } from "./entryView";
import type { PageUi } from "./pageUi";

/** Of a row, as the style sheet has it. */
const rowHeight = 46;
const pageSize = 100;
/** The filter waits so long for another key. */
const typingMs = 200;

const sortLabels: Readonly<Record<QuerySort, PanelLabel>> = {
  rank: "sortRank",
  margin: "sortMargin",
  score: "sortScore",
  name: "sortName",
  dataOrder: "sortDataOrder",
};

export interface QueryListEvents {
  readonly change: (change: Partial<ResultsView>) => void;
  /** The first query is known: it is shown when nothing else was asked for. */
  readonly first: (query: ShownQuery) => void;
}

/** Every query of the split, those that fail worst first. Holds the rows in sight and fetches what it shows. */
export class QueryList {
  readonly root: HTMLElement;
  readonly #ui: PageUi;
  readonly #events: QueryListEvents;
  readonly #count = element("span", { class: "hint", "aria-live": "polite" });
  readonly #sort: Choice<QuerySort>;
  readonly #reverse: HTMLInputElement;
  readonly #failures: HTMLInputElement;
  readonly #filter: HTMLInputElement;
  readonly #viewport: HTMLElement;
  readonly #canvas = element("div", { class: "rows", role: "presentation" });
  readonly #empty: HTMLElement;
  readonly #pages = new Map<number, readonly ShownQuery[]>();
  /** Pages that were asked for, by the number of the question. */
  readonly #asked = new Map<number, number>();
  readonly #idPrefix = uniqueId("query");
  #view: ResultsView | undefined;
  #key = "";
  #total: number | undefined;
  /** Row of the keyboard. */
  #active = 0;
  #typing: ReturnType<typeof setTimeout> | undefined;

  constructor(ui: PageUi, events: QueryListEvents) {
    this.#ui = ui;
    this.#events = events;
    const { label } = ui.texts;
    const check = (name: PanelLabel, toggle: (isOn: boolean) => void): [HTMLInputElement, HTMLElement] => {
      const input = element("input", { type: "checkbox" });
      input.addEventListener("change", () => toggle(input.checked));
      return [input, element("label", { class: "control" }, input, label(name))];
    };
    this.#sort = selectOf(
      label("sortBy"),
      querySorts.map((sort) => [sort, label(sortLabels[sort])] as const),
      (sort) => events.change({ sort }),
    );
    const [reverse, reverseControl] = check("reverse", (isReversed) => events.change({ isReversed }));
    const [failures, failuresControl] = check("onlyFailures", (onlyFailures) => events.change({ onlyFailures }));
    [this.#reverse, this.#failures] = [reverse, failures];
    this.#filter = fieldOf(label("filterQueries"), label("filterQueries"));
    this.#filter.addEventListener("input", () => {
      clearTimeout(this.#typing);
      this.#typing = setTimeout(() => events.change({ filter: this.#filter.value }), typingMs);
    });
    this.#viewport = element("div", {
      class: "viewport",
      role: "listbox",
      tabindex: "0",
      "aria-label": label("queries"),
    });
    this.#viewport.append(this.#canvas);
    this.#viewport.addEventListener("scroll", () => this.#drawRows());
    this.#viewport.addEventListener("keydown", (event) => this.#press(event));
    this.#viewport.addEventListener("click", (event) => this.#click(event));
    new ResizeObserver(() => this.#drawRows()).observe(this.#viewport);
    this.#empty = element("p", { class: "hint" }, label("noQueries"));
    const csv = (kind: "openCsv" | "exportCsv" | "copyCsv") => ({
      text: () => label(kind),
      run: () => ui.send({ kind, chart: "queries" }),
    });
    const menu = menuButton(label("queryMenu"), [csv("openCsv"), csv("exportCsv"), csv("copyCsv")]);
    this.root = element(
      "section",
      { class: "query-list", "aria-label": label("queries") },
      element("div", { class: "chart-head" }, element("h2", {}, label("queries")), this.#count, menu),
      this.#filter,
      element("div", { class: "list-controls" }, this.#sort.root, reverseControl, failuresControl),
      this.#empty,
      this.#viewport,
    );
  }

  /** Shows the list that the view asks for; what is known of it stays. */
  draw(view: ResultsView): void {
    this.#view = view;
    this.#sort.show(view.sort);
    this.#reverse.checked = view.isReversed;
    this.#failures.checked = view.onlyFailures;
    if (document.activeElement !== this.#filter) this.#filter.value = view.filter;
    const { split, direction, sort, isReversed, filter, onlyFailures } = view;
    const key = JSON.stringify([split, direction, sort, isReversed, filter, onlyFailures]);
    if (key !== this.#key) {
      this.#key = key;
      this.reload();
    } else this.#drawRows();
  }

  /** Forgets everything and asks anew. */
  reload(): void {
    this.#pages.clear();
    this.#asked.clear();
    this.#total = undefined;
    this.#active = 0;
    this.#viewport.scrollTop = 0;
    this.#ask(0);
    this.#drawRows();
  }

  /** Takes in a page of the list; pages of an earlier list are dropped. */
  receive({ request, total, offset, queries }: Extract<ResultsMessage, { kind: "queries" }>): void {
    const page = this.#asked.get(request);
    if (page === undefined) return;
    this.#asked.delete(request);
    this.#pages.set(page, queries);
    this.#total = total;
    const [first] = queries;
    if (offset === 0 && first) this.#events.first(first);
    this.#drawRows();
  }

  /** A question without an answer may be asked again. */
  withdraw(request: number): boolean {
    return this.#asked.delete(request);
  }

  #ask(page: number): void {
    if (!this.#view || [...this.#asked.values()].includes(page)) return;
    const { split, direction, sort, isReversed, filter, onlyFailures } = this.#view;
    const request = this.#ui.nextRequest();
    this.#asked.set(request, page);
    const list = { split, direction, sort, isReversed, filter, onlyFailures };
    this.#ui.send({ kind: "listQueries", request, ...list, offset: page * pageSize, limit: pageSize });
  }

  #row(index: number): ShownQuery | undefined {
    return this.#pages.get(Math.floor(index / pageSize))?.[index % pageSize];
  }

  #drawRows(): void {
    const { label, format } = this.#ui.texts;
    const total = this.#total ?? 0;
    show(this.#empty, this.#total === 0);
    show(this.#viewport, this.#total !== 0);
    setText(this.#count, this.#total === undefined ? "" : label("queryCount", format.integer(total)));
    const { clientHeight: height, scrollTop } = this.#viewport;
    this.#canvas.style.height = `${total * rowHeight}px`;
    const { from, to } = visibleRows({ scrollTop, height, rowHeight, total });
    const rows = Array.from({ length: to - from }, (_, i) => this.#drawRow(from + i));
    this.#canvas.replaceChildren(...rows);
    if (total > 0) this.#viewport.setAttribute("aria-activedescendant", `${this.#idPrefix}-${this.#active}`);
    for (const page of missingPages(from, to, pageSize, (known) => this.#pages.has(known))) this.#ask(page);
  }

  #drawRow(index: number): HTMLElement {
    const query = this.#row(index);
    const { label, format } = this.#ui.texts;
    const question = this.#view?.question;
    const isSelected = question?.kind === "entry" && query?.entry.index === question.index;
    const row = element("div", {
      class: "row",
      role: "option",
      id: `${this.#idPrefix}-${index}`,
      "aria-selected": String(isSelected),
      "aria-setsize": String(this.#total ?? -1),
      "aria-posinset": String(index + 1),
      "data-index": String(index),
      "data-active": index === this.#active ? "" : undefined,
    });
    row.style.transform = `translateY(${index * rowHeight}px)`;
    if (!query) {
      row.append(label("loadingRow"));
      return row;
    }
    const { entry, rank, margin } = query;
    const words = wordsOf(entry);
    const isFirst = rank === 1;
    const note = isFirst ? label("queryRankFirst") : label("queryRank", format.integer(rank));
    row.title = words;
    row.append(
      ...(entry.side === "image" ? [pictureOf(entry, "", this.#ui)] : []),
      element(
        "span",
        { class: "row-words" },
        element("span", { class: "row-name" }, words),
        element(
          "span",
          { class: isFirst ? "row-note hint" : "row-note row-failure" },
          element("span", { "aria-hidden": "true" }, isFirst ? "✓ " : "✗ "),
          [note, label("queryMargin", figure(margin))].join(" · "),
        ),
      ),
    );
    return row;
  }

  #click(event: MouseEvent): void {
    const row = event.target instanceof Element ? event.target.closest("[data-index]") : null;
    if (row) this.#choose(Number(row.getAttribute("data-index")));
  }

  #press(event: KeyboardEvent): void {
    const page = Math.max(1, Math.floor(this.#viewport.clientHeight / rowHeight) - 1);
    const steps: Readonly<Record<string, number>> = {
      ArrowDown: 1,
      ArrowUp: -1,
      PageDown: page,
      PageUp: -page,
      Home: -Infinity,
      End: Infinity,
      Enter: 0,
    };
    const step = steps[event.key];
    if (step === undefined || !this.#total) return;
    event.preventDefault();
    this.#choose(Math.max(0, Math.min(this.#total - 1, this.#active + step)));
  }

  #choose(index: number): void {
    this.#active = index;
    const { clientHeight: height, scrollTop } = this.#viewport;
    this.#viewport.scrollTop = scrollToShow(index, { scrollTop, height, rowHeight });
    const query = this.#row(index);
    if (query) this.#events.change({ question: { kind: "entry", index: query.entry.index } });
    else this.#drawRows();
  }
}
