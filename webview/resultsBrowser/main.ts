import {
  changedView,
  type Question,
  readResultsView,
  type ResultsView,
} from "../../src/core/views/results/resultsView";
import type { ResultsMessage, ResultsState } from "../../src/protocol/resultsMessage";
import { element, setText, show } from "../shared/dom";
import { loadSaved, save, send } from "../shared/host";
import { Texts } from "../shared/texts";
import { followTheme } from "../shared/theme";
import { type Answered, AnswerView } from "./answerView";
import { PageHead } from "./pageHead";
import type { PageUi } from "./pageUi";
import { PhaseView } from "./phaseView";
import { QueryList } from "./queryList";

/** The page: a list of queries, the answers to one of them, and the layer confidence of both. */
class ResultsBrowser {
  readonly #ui: PageUi;
  readonly #head: PageHead;
  readonly #phase: PhaseView;
  readonly #list: QueryList;
  readonly #answer: AnswerView;
  readonly #problem = element("p", { class: "alert alert-error", role: "alert" });
  readonly #none: HTMLElement;
  readonly #content: HTMLElement;
  #view: ResultsView = readResultsView(loadSaved());
  #state: ResultsState;
  /** The question that was asked last, and its answer once it is there. */
  #asked: { readonly request: number; readonly question: Question; readonly key: string } | undefined;
  #answered: { readonly question: Question; readonly answered: Answered } | undefined;
  /** The question that a file is being chosen for. */
  #choosing: number | undefined;
  /** The checkpoint that the answers come from. */
  #checkpoint: string | undefined;
  /** The split that the host was asked to open. */
  #opened = "";

  constructor(ui: PageUi, state: ResultsState) {
    this.#ui = ui;
    this.#state = state;
    const change = (changes: Partial<ResultsView>): void => this.#change(changes);
    this.#head = new PageHead(ui, {
      change,
      search: (text) => change({ question: { kind: "text", text } }),
      chooseFile: () => this.#chooseFile(),
      reload: () => this.#open(),
    });
    this.#phase = new PhaseView(ui, () => this.#open());
    this.#list = new QueryList(ui, {
      change,
      first: ({ entry }) => {
        if (!this.#view.question) change({ question: { kind: "entry", index: entry.index } });
      },
    });
    this.#answer = new AnswerView(ui, change);
    this.#none = element("p", { class: "hint" }, ui.texts.label("noAnswer"));
    this.#content = element("div", { class: "browser" }, this.#list.root, this.#answer.results, this.#answer.detail);
    const { question } = this.#view;
    if (question?.kind === "text") this.#head.showText(question.text);
    document.body.replaceChildren(
      element("main", {}, this.#head.root, this.#phase.root, this.#problem, this.#none, this.#content),
    );
    show(this.#problem, false);
    followTheme(() => undefined);
    this.#draw();
  }

  receive(message: ResultsMessage): void {
    switch (message.kind) {
      case "state":
        this.#state = message.state;
        break;
      case "queries":
        this.#list.receive(message);
        return;
      case "answer":
        this.#receiveAnswer(message);
        break;
      case "problem":
        this.#receiveProblem(message);
        break;
    }
    this.#draw();
  }

  #receiveAnswer({ request, answer, query, file }: Extract<ResultsMessage, { kind: "answer" }>): void {
    if (request === this.#choosing) {
      // The user has chosen a file: now it is the question.
      this.#choosing = undefined;
      this.#view = changedView(this.#view, { question: { kind: "file" } });
      this.#asked = { request, question: { kind: "file" }, key: this.#questionKey() };
    }
    if (request !== this.#asked?.request) return;
    this.#answered = { question: this.#asked.question, answered: { answer, query, file } };
    show(this.#problem, false);
  }

  #receiveProblem({ request, reason }: Extract<ResultsMessage, { kind: "problem" }>): void {
    if (request === this.#choosing) this.#choosing = undefined;
    else if (request === this.#asked?.request && this.#view.question?.kind === "file") {
      // The file of an earlier page is not known any more.
      this.#view = changedView(this.#view, { question: undefined });
      this.#list.reload();
    } else if (!this.#list.withdraw(request) && request !== this.#asked?.request) return;
    show(this.#problem, reason !== undefined);
    if (reason !== undefined) setText(this.#problem, reason);
  }

  #change(change: Partial<ResultsView>): void {
    this.#view = changedView(this.#view, change);
    this.#draw();
  }

  #open(): void {
    this.#ui.send({ kind: "openSplit", split: this.#view.split });
  }

  #chooseFile(): void {
    const { split, count } = this.#view;
    this.#choosing = this.#ui.nextRequest();
    this.#ui.send({ kind: "searchFile", request: this.#choosing, split, chooses: true, count });
  }

  #draw(): void {
    const { phase, overview } = this.#state;
    this.#head.draw(this.#state, this.#view);
    this.#phase.draw(phase);
    const isOpen = phase.kind === "ready" && overview?.split === this.#view.split;
    if (phase.kind === "closed" || (phase.kind === "ready" && !isOpen)) this.#openOnce();
    else this.#opened = "";
    show(this.#content, overview !== undefined && (phase.kind === "ready" || phase.kind === "loading"));
    this.#content.setAttribute("aria-busy", String(!isOpen));
    if (isOpen) {
      const { file } = overview.checkpoint;
      // A newer checkpoint has other answers.
      if (file !== this.#checkpoint) this.#forget();
      this.#checkpoint = file;
      this.#list.draw(this.#view);
      this.#ask();
    }
    this.#drawAnswer();
    save({ ...this.#view, directory: this.#state.run.directory });
  }

  #openOnce(): void {
    if (this.#opened === this.#view.split) return;
    this.#opened = this.#view.split;
    this.#open();
  }

  #forget(): void {
    this.#asked = undefined;
    this.#answered = undefined;
    if (this.#checkpoint !== undefined) this.#list.reload();
  }

  #questionKey(): string {
    const { split, direction, question, count } = this.#view;
    return JSON.stringify([split, direction, question, count]);
  }

  /** Asks what the view wants to know, unless it is known or being asked. */
  #ask(): void {
    const { split, direction, question, count } = this.#view;
    if (!question) return;
    const key = this.#questionKey();
    if (this.#asked?.key === key) return;
    const request = this.#ui.nextRequest();
    this.#asked = { request, question, key };
    if (question.kind === "entry")
      this.#ui.send({ kind: "nearest", request, split, direction, query: question.index, count });
    else if (question.kind === "text")
      this.#ui.send({ kind: "searchText", request, split, text: question.text, count });
    else this.#ui.send({ kind: "searchFile", request, split, chooses: false, count });
  }

  #drawAnswer(): void {
    const { overview } = this.#state;
    const shown = this.#answered;
    show(this.#answer.results, shown !== undefined);
    show(this.#answer.detail, shown !== undefined);
    show(this.#none, overview !== undefined && this.#state.phase.kind === "ready" && !this.#view.question);
    // An answer to an earlier question stays until the new one is there, but not one that runs the other way.
    if (!shown || !overview || shown.answered.answer.results[0]?.entry.side !== answerSide(this.#view)) {
      show(this.#answer.results, false);
      show(this.#answer.detail, false);
      return;
    }
    this.#answer.draw({
      view: this.#view,
      question: shown.question,
      answered: shown.answered,
      confidence: overview.confidence,
    });
  }
}

function answerSide({ direction }: ResultsView): "image" | "text" {
  return direction === "textToImage" ? "image" : "text";
}

let browser: ResultsBrowser | undefined;
let lastRequest = 0;

window.addEventListener("message", ({ data: message }: MessageEvent<ResultsMessage>) => {
  if (browser) browser.receive(message);
  else if (message.kind === "state") {
    const texts = new Texts(message.labels, document.documentElement.lang || "en");
    browser = new ResultsBrowser({ texts, send, nextRequest: () => ++lastRequest }, message.state);
  }
});
send({ kind: "ready" });
