import type { LoadingWork } from "../../src/core/views/results/loadingWork";
import type { ResultsPhase } from "../../src/protocol/resultsMessage";
import { element, setText, show } from "../shared/dom";
import { buttonOf } from "./choices";
import { type PageUi, splitLabels } from "./pageUi";

/** How the loading goes, what went wrong, and what can be done about it. */
export class PhaseView {
  readonly root: HTMLElement;
  readonly #ui: PageUi;
  readonly #loading: HTMLElement;
  readonly #bar = element("progress", { max: "1" });
  readonly #work = element("span", { class: "place" });
  readonly #failed: HTMLElement;
  readonly #reason = element("span");
  readonly #stopped: HTMLElement;
  readonly #untrusted: HTMLElement;
  /** Read aloud when the kind of work changes, not with every step of it. */
  readonly #voice = element("p", { class: "visually-hidden", "aria-live": "polite" });
  #spoken = "";

  /** @param load opens the split, again */
  constructor(ui: PageUi, load: () => void) {
    this.#ui = ui;
    const { label } = ui.texts;
    this.#bar.setAttribute("aria-label", label("progress"));
    const cancel = buttonOf(label("cancel"), () => ui.send({ kind: "cancelLoading" }));
    this.#loading = element("div", { class: "loading" }, this.#bar, this.#work, cancel);
    this.#failed = element(
      "div",
      { class: "phase" },
      element(
        "p",
        { class: "alert alert-error", role: "alert" },
        element("strong", {}, `${label("resultsFailed")}: `),
        this.#reason,
      ),
      element(
        "div",
        { class: "phase-actions" },
        buttonOf(label("tryAgain"), load, true),
        buttonOf(label("showLog"), () => ui.send({ kind: "showLog" })),
      ),
    );
    this.#stopped = element(
      "div",
      { class: "phase" },
      element("p", { class: "hint" }, label("loadingStopped")),
      element("div", { class: "phase-actions" }, buttonOf(label("loadResults"), load, true)),
    );
    this.#untrusted = element("p", { class: "alert alert-warning" }, label("resultsUntrusted"));
    this.root = element("div", {}, this.#loading, this.#failed, this.#stopped, this.#untrusted, this.#voice);
  }

  draw(phase: ResultsPhase): void {
    show(this.#loading, phase.kind === "loading");
    show(this.#failed, phase.kind === "failed");
    show(this.#stopped, phase.kind === "stopped");
    show(this.#untrusted, phase.kind === "untrusted");
    if (phase.kind === "failed") setText(this.#reason, phase.reason);
    if (phase.kind === "loading") this.#drawWork(phase.work);
    else this.#spoken = "";
  }

  #drawWork(work: LoadingWork): void {
    setText(this.#work, this.#words(work));
    if (work.kind === "start" || work.total === 0) this.#bar.removeAttribute("value");
    else this.#bar.value = work.done / work.total;
    if (work.kind === this.#spoken) return;
    this.#spoken = work.kind;
    setText(this.#voice, this.#words(work));
  }

  #words(work: LoadingWork): string {
    const { label, format } = this.#ui.texts;
    if (work.kind === "start") return label("loadingStart");
    const [done, total] = [format.integer(work.done), format.integer(work.total)];
    if (work.kind === "extract") return label("loadingExtract", work.modality, done, total);
    return label("loadingEmbed", label(splitLabels[work.split]), done, total);
  }
}
