import type { ConfidenceByModality, LayerConfidence } from "../../src/core/experiment/layerConfidence";
import type { RetrievalDirection, RetrievalSide } from "../../src/core/datasets/retrievalResults";
import { maxResultCount, type Question, type ResultsView } from "../../src/core/views/results/resultsView";
import type { ShownEntry } from "../../src/core/views/results/shownEntries";
import type { ResultsMessage } from "../../src/protocol/resultsMessage";
import { element, setText, show } from "../shared/dom";
import { menuButton } from "../shared/menuButton";
import { buttonOf } from "./choices";
import { ConfidencePanel } from "./confidencePanel";
import { figure, picture, pictureOf, wordsOf } from "./entryView";
import { type PageUi, splitLabels } from "./pageUi";
import { resultsOf, ResultTiles } from "./resultTiles";

export type Answered = Omit<Extract<ResultsMessage, { kind: "answer" }>, "request" | "kind">;

/** What the page shows of one question. */
export interface ShownQuestion {
  readonly view: ResultsView;
  readonly question: Question;
  readonly answered: Answered;
  readonly confidence: ConfidenceByModality | undefined;
}

/** The query, its results, and the layer confidence of both. */
export class AnswerView {
  readonly results: HTMLElement;
  readonly detail: HTMLElement;
  readonly #ui: PageUi;
  readonly #change: (change: Partial<ResultsView>) => void;
  readonly #query = element("div", { class: "query-card" });
  readonly #summary = element("p", { class: "hint", "aria-live": "polite" });
  readonly #tiles: ResultTiles;
  readonly #more: HTMLElement;
  readonly #follow: HTMLElement & { disabled: boolean };
  readonly #queryConfidence: ConfidencePanel;
  readonly #resultConfidence: ConfidencePanel;
  #shown: ShownQuestion | undefined;

  constructor(ui: PageUi, change: (change: Partial<ResultsView>) => void) {
    this.#ui = ui;
    this.#change = change;
    const { label } = ui.texts;
    this.#tiles = new ResultTiles(ui, {
      choose: (selected) => change({ selected }),
      follow: (position) => this.#followResult(position),
    });
    this.#more = buttonOf(label("moreResults"), () => {
      const count = this.#shown?.view.count ?? 0;
      change({ count: Math.min(maxResultCount, count * 2) });
    });
    this.#follow = buttonOf(label("searchWithResult"), () => this.#followResult(this.#shown?.view.selected ?? 0));
    this.#queryConfidence = new ConfidencePanel(ui, "confidence.query", "queryConfidence");
    this.#resultConfidence = new ConfidencePanel(ui, "confidence.result", "resultConfidence");
    const csv = (kind: "openCsv" | "exportCsv" | "copyCsv") => ({
      text: () => label(kind),
      run: () => ui.send({ kind, chart: "results" }),
    });
    const menu = menuButton(label("resultsMenu"), [csv("openCsv"), csv("exportCsv"), csv("copyCsv")]);
    this.results = element(
      "section",
      { class: "results", "aria-label": label("results") },
      this.#query,
      element("div", { class: "chart-head" }, element("h2", {}, label("results")), this.#summary, menu),
      this.#tiles.root,
      this.#more,
    );
    this.detail = element(
      "section",
      { class: "detail", "aria-label": label("confidence") },
      this.#queryConfidence.root,
      this.#resultConfidence.root,
      this.#follow,
    );
  }

  draw(shown: ShownQuestion): void {
    this.#shown = shown;
    const { view, answered } = shown;
    const { answer } = answered;
    const { label, format } = this.#ui.texts;
    this.#drawQuery(shown);
    const right = resultsOf(answer).find(({ isRight }) => isRight);
    const [first] = answer.results;
    const count = format.integer(answer.results.length);
    setText(
      this.#summary,
      right
        ? label("answerSummary", count, format.integer(right.rank))
        : label("answerSummaryOpen", count, figure(first?.score)),
    );
    this.#tiles.draw(answer, view.selected ?? 0);
    show(this.#more, view.count < maxResultCount && answer.results.length >= view.count);
    this.#drawConfidence(shown);
  }

  #drawQuery({ view, question, answered }: ShownQuestion): void {
    const { label } = this.#ui.texts;
    const { query, file } = answered;
    const title = element("h2", {}, label("answersTo"));
    if (question.kind === "text") {
      this.#query.replaceChildren(title, quote(question.text), hint(label("typedText")));
    } else if (file) {
      const seen = picture(file.source, file.name, file.name);
      this.#query.replaceChildren(title, seen, quote(file.name), hint(label("chosenFile")));
    } else if (query) {
      const { entry } = query;
      const shownImage = entry.side === "image" ? [pictureOf(entry, "", this.#ui)] : [];
      const note = entry.side === "text" ? label("captionOf", entry.image.id) : entry.id;
      this.#query.replaceChildren(title, ...shownImage, quote(wordsOf(entry)), hint(note));
    }
    this.#query.dataset["direction"] = view.direction;
  }

  #drawConfidence({ view, answered, confidence }: ShownQuestion): void {
    const { label, format } = this.#ui.texts;
    const [from, to] = sidesOf(view.direction);
    const splitName = label(splitLabels[view.split]);
    const none = (side: RetrievalSide): string =>
      label("noSideConfidence", label(side === "image" ? "imageSide" : "textSide"));
    const layersOf = (side: RetrievalSide): readonly LayerConfidence[] => confidence?.[side] ?? [];
    const values = answered.answer.confidence;
    this.#queryConfidence.draw(
      values && {
        source: "confidence.query",
        name: label("thisQuery"),
        splitName,
        layers: layersOf(from),
        values,
      },
      none(from),
    );
    const position = view.selected ?? 0;
    const result = resultsOf(answered.answer)[position];
    this.#resultConfidence.draw(
      result?.confidence && {
        source: `confidence.result.${position}`,
        name: label("thisResult", format.integer(result.rank)),
        splitName,
        layers: layersOf(to),
        values: result.confidence,
      },
      none(to),
    );
    this.#follow.disabled = result === undefined;
  }

  /** Asks the other way round, with a result as the query. */
  #followResult(position: number): void {
    const entry: ShownEntry | undefined = this.#shown && resultsOf(this.#shown.answered.answer)[position]?.entry;
    if (!entry) return;
    const direction = entry.side === "image" ? "imageToText" : "textToImage";
    this.#change({ direction, question: { kind: "entry", index: entry.index } });
  }
}

function sidesOf(direction: RetrievalDirection): readonly [RetrievalSide, RetrievalSide] {
  return direction === "textToImage" ? ["text", "image"] : ["image", "text"];
}

function quote(words: string): HTMLElement {
  return element("p", { class: "query-words" }, words);
}

function hint(words: string): HTMLElement {
  return element("p", { class: "hint" }, words);
}
