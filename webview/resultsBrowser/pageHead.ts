import { retrievalDirections, type RetrievalDirection } from "../../src/core/datasets/retrievalResults";
import { splitNames } from "../../src/core/experiment/eventNames";
import type { Split } from "../../src/core/experiment/runEvent";
import type { ResultsView } from "../../src/core/views/results/resultsView";
import type { ResultsState } from "../../src/protocol/resultsMessage";
import { element, setText, show } from "../shared/dom";
import { buttonOf, type Choice, fieldOf, radiosOf, selectOf } from "./choices";
import { figure } from "./entryView";
import { type PageUi, splitLabels } from "./pageUi";

export interface HeadEvents {
  readonly change: (change: Partial<ResultsView>) => void;
  /** Search with a text. */
  readonly search: (text: string) => void;
  /** Search with an image file that is chosen in a dialog. */
  readonly chooseFile: () => void;
  /** Embed the split anew, with the newest checkpoint. */
  readonly reload: () => void;
}

/** The head of the page: which run, which split, how well it retrieves, and the search. */
export class PageHead {
  readonly root: HTMLElement;
  readonly #ui: PageUi;
  readonly #title = element("p", { class: "subtitle" });
  readonly #scope = element("p", { class: "hint" });
  readonly #figures = element("dl", { class: "figures" });
  readonly #changes = element("div", { class: "alerts", role: "status" });
  /** Filled when there is something to say, so that it is read aloud. */
  readonly #newer = element("div", { class: "newer", role: "status" });
  readonly #newerParts: readonly HTMLElement[];
  readonly #tools: HTMLElement;
  readonly #split: Choice<Split>;
  readonly #direction: Choice<RetrievalDirection>;
  readonly #field: HTMLInputElement;

  constructor(ui: PageUi, events: HeadEvents) {
    this.#ui = ui;
    const { label } = ui.texts;
    this.#split = selectOf(
      label("split"),
      splitNames.map((split) => [split, label(splitLabels[split])] as const),
      (split) => events.change({ split }),
    );
    this.#direction = radiosOf(
      label("direction"),
      retrievalDirections.map((direction) => [direction, label(direction)] as const),
      (direction) => events.change({ direction }),
    );
    this.#field = fieldOf(label("searchLabel"), label("searchPlaceholder"));
    const search = (): void => {
      const text = this.#field.value.trim();
      if (text !== "") events.search(text);
    };
    this.#field.addEventListener("keydown", ({ key, isComposing }) => {
      if (key === "Enter" && !isComposing) search();
    });
    const toPanel = (panel: "runDashboard" | "layerLens") => () => ui.send({ kind: "openPanel", panel });
    const actions = element(
      "div",
      { class: "actions" },
      buttonOf(label("openDashboard"), toPanel("runDashboard")),
      buttonOf(label("openLens"), toPanel("layerLens")),
    );
    this.#newerParts = [
      element("p", { class: "alert" }, label("newerCheckpoint")),
      element("div", { class: "phase-actions" }, buttonOf(label("reload"), events.reload)),
    ];
    this.#tools = element(
      "div",
      {},
      element("div", { class: "controls" }, this.#split.root, this.#direction.root, this.#figures),
      this.#scope,
      element(
        "div",
        { class: "search", role: "search" },
        this.#field,
        buttonOf(label("search"), search, true),
        buttonOf(label("chooseImage"), events.chooseFile),
      ),
    );
    this.root = element(
      "header",
      {},
      element("div", { class: "title-line" }, element("h1", {}, label("resultsTitle")), actions),
      this.#title,
      this.#changes,
      this.#newer,
      this.#tools,
    );
  }

  draw({ run, phase, overview, hasNewerCheckpoint }: ResultsState, view: ResultsView): void {
    const { label, format } = this.#ui.texts;
    const { experiment, variant, seed, name } = run;
    const known = experiment !== undefined && variant !== undefined && seed !== undefined;
    setText(this.#title, known ? [experiment, variant, label("seed", seed)].join(" · ") : name);
    show(this.#tools, overview !== undefined);
    this.#sayNewer(hasNewerCheckpoint === true && phase.kind === "ready");
    this.#split.show(view.split);
    this.#direction.show(view.direction);
    if (!overview) return;
    const { split, images, captions, checkpoint, device, changes } = overview;
    const counts = [format.integer(images), format.integer(captions)];
    const scope = [label(splitLabels[split]), ...counts, checkpoint.epoch, format.integer(checkpoint.step), device];
    setText(this.#scope, label("resultsScope", ...scope));
    this.#figures.replaceChildren(...this.#figuresOf(overview.metrics[view.direction], view.direction));
    const alerts = changes.map((text) => element("p", { class: "alert alert-warning" }, text));
    if (this.#changes.childElementCount !== alerts.length) this.#changes.replaceChildren(...alerts);
  }

  /** Fills the field, after a reload. */
  showText(text: string): void {
    if (this.#field.value === "") this.#field.value = text;
  }

  #sayNewer(isNewer: boolean): void {
    if (this.#newer.hasChildNodes() !== isNewer) this.#newer.replaceChildren(...(isNewer ? this.#newerParts : []));
  }

  #figuresOf(metrics: unknown, direction: RetrievalDirection): HTMLElement[] {
    const { label } = this.#ui.texts;
    const values = (typeof metrics === "object" && metrics !== null ? metrics : {}) as Readonly<Record<string, number>>;
    const recalls = [1, 5, 10].map((k) => [label("recallAt", k), figure(values[`recallAt${k}`], 1)] as const);
    const all = [...recalls, [label("medianRank"), figure(values["medianRank"], 0)] as const];
    return all.map(([name, value]) =>
      element(
        "div",
        { class: "figure-pair" },
        element("dt", { title: label(direction) }, name),
        element("dd", { class: "figure" }, value),
      ),
    );
  }
}
