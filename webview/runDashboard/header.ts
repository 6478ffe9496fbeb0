import type { DashboardState, RunHead, SelectedValue } from "../../src/core/views/dashboardState";
import { metricLabel } from "../../src/core/views/metricGroups";
import type { NoteContent } from "../../src/core/views/runNote";
import type { RunCommand } from "../../src/protocol/panelIntent";
import type { PanelLabel } from "../../src/protocol/panelLabels";
import "@vscode-elements/elements/dist/vscode-button/index.js";
import { element, setText, show } from "../shared/dom";
import type { Ui } from "../shared/ui";
import { noteText } from "./noteText";

/** Progress is read aloud at most this often. */
const voiceIntervalMs = 10_000;

/** The head of the page: which run, how it stands, how far it is, its key figures, and what went wrong. */
export class Header {
  readonly root: HTMLElement;
  readonly #ui: Ui;
  readonly #title = element("h1");
  readonly #standing = element("span", { class: "standing" });
  readonly #place = element("span", { class: "place" });
  readonly #bar = element("progress", { max: "1" });
  readonly #tiles = element("dl", { class: "tiles" });
  readonly #alerts = element("div", { class: "alerts", role: "status" });
  readonly #voice = element("p", { class: "visually-hidden", "aria-live": "polite" });
  readonly #stop: HTMLElement;
  readonly #resume: HTMLElement;
  readonly #lens: HTMLElement;
  readonly #results: HTMLElement;
  #spokenMs = -Infinity;

  constructor(ui: Ui) {
    this.#ui = ui;
    const { label } = ui.texts;
    this.#bar.setAttribute("aria-label", label("progress"));
    this.#lens = this.#button(label("openLens"), () => ui.send({ kind: "openPanel", panel: "layerLens" }));
    const command = (name: PanelLabel, of: RunCommand): HTMLElement =>
      this.#button(label(name), () => ui.send({ kind: "runCommand", command: of }));
    this.#stop = command("stopRun", "stopRun");
    this.#resume = command("resumeRun", "resumeRun");
    this.#results = command("browseResults", "browseResults");
    const actions = element(
      "div",
      { class: "actions" },
      this.#stop,
      this.#resume,
      this.#lens,
      this.#results,
      command("compareRun", "compareRuns"),
      this.#button(label("openExperiment"), () => ui.send({ kind: "openSettings" })),
      this.#button(label("revealRun"), () => ui.send({ kind: "revealRun" })),
    );
    this.root = element(
      "header",
      {},
      element("div", { class: "title-line" }, this.#title, this.#standing, actions),
      element("div", { class: "progress-line" }, this.#bar, this.#place),
      this.#alerts,
      this.#tiles,
      this.#voice,
    );
  }

  draw({ head, alerts }: Pick<DashboardState, "head" | "alerts">): void {
    const { label } = this.#ui.texts;
    const { experiment, variant, seed, name, standing } = head;
    const known = experiment !== undefined && variant !== undefined && seed !== undefined;
    setText(this.#title, known ? [experiment, variant, label("seed", seed)].join(" · ") : name);
    setText(this.#standing, label(standing));
    this.#standing.dataset["standing"] = standing;
    show(this.#stop, standing === "running");
    show(this.#resume, standing === "interrupted" || standing === "cancelled" || standing === "failed");
    show(this.#lens, head.hasConfidence);
    show(this.#results, standing !== "running" && head.best !== undefined);
    const share = progressOf(head);
    show(this.#bar, standing === "running" && share !== undefined);
    if (share !== undefined) this.#bar.value = share;
    const place = this.#placeText(head);
    setText(this.#place, place);
    this.#speak(`${label(standing)}. ${place}`);
    this.#drawAlerts(head, alerts);
    this.#drawTiles(head);
  }

  #placeText(head: RunHead): string {
    const { label, format } = this.#ui.texts;
    const { step, totalSteps, epoch, epochs, phase, extraction, remainingSeconds, readShare } = head;
    const parts = [
      readShare === undefined ? undefined : label("reading", format.percent(readShare)),
      phase && label(phase),
      extraction &&
        label("extractionOf", extraction.modality, format.integer(extraction.done), format.integer(extraction.total)),
      epoch > 0 && epochs !== undefined ? label("epochOf", epoch, epochs) : undefined,
      step === 0 ? undefined : this.#stepText(step, totalSteps),
      remainingSeconds === undefined || remainingSeconds < 1
        ? undefined
        : label("remaining", format.duration(remainingSeconds)),
    ];
    return parts.filter((part) => part !== undefined).join(" · ");
  }

  #stepText(step: number, totalSteps: number | undefined): string {
    const { label, format } = this.#ui.texts;
    if (totalSteps === undefined) return label("stepOnly", format.integer(step));
    return label("stepOf", format.integer(step), format.integer(totalSteps));
  }

  #drawAlerts(head: RunHead, notes: readonly NoteContent[]): void {
    const { label } = this.#ui.texts;
    const alerts = [
      ...(head.problem === undefined ? [] : [alert("error", label(head.standing), head.problem)]),
      ...(head.error ? [alert("error", label("failedTitle"), head.error.message)] : []),
      ...notes.map(({ level, code, values }) => alert(level, "", noteText(this.#ui, code, values))),
      ...head.fallbacks.map((reason) => alert("warning", label("fallbackTitle"), reason)),
      ...(head.damagedLines > 0 ? [alert("warning", "", label("damagedLines", head.damagedLines))] : []),
    ];
    const texts = (nodes: Iterable<Node>): string => [...nodes].map(({ textContent }) => textContent).join("\n");
    if (texts(this.#alerts.childNodes) !== texts(alerts)) this.#alerts.replaceChildren(...alerts);
  }

  #resumesText(count: number): string {
    const { label } = this.#ui.texts;
    if (count === 0) return "";
    return count === 1 ? label("resumedOnce") : label("resumes", count);
  }

  #drawTiles(head: RunHead): void {
    const { label, format } = this.#ui.texts;
    const metric = metricLabel(head.selector);
    const value = (selected: SelectedValue): string => format.number(selected.value);
    const tiles: (readonly [string, string, string] | undefined)[] = [
      head.best && [label("bestValidation", metric), value(head.best), label("atEpoch", head.best.epoch)],
      head.test && [label("testOfBest", metric), value(head.test), label("oneSeed")],
      [label("runningTime"), format.duration(head.seconds), this.#resumesText(head.resumes)],
      head.samplesPerSecond === undefined
        ? undefined
        : [label("throughput"), format.integer(head.samplesPerSecond), ""],
      head.device === undefined
        ? undefined
        : [
            label("device"),
            head.device,
            head.wantedDevice === undefined ? "" : label("deviceWanted", head.wantedDevice),
          ],
      head.trainableParams === undefined
        ? undefined
        : [label("trainableParams"), format.integer(head.trainableParams), ""],
    ];
    const made = tiles
      .filter((tile) => tile !== undefined)
      .map(([name, figure, hint]) =>
        element(
          "div",
          { class: "tile" },
          element("dt", {}, name),
          element("dd", { class: "tile-figure" }, figure),
          element("dd", { class: "hint" }, hint),
        ),
      );
    this.#tiles.replaceChildren(...made);
  }

  #speak(text: string): void {
    const now = performance.now();
    if (now - this.#spokenMs < voiceIntervalMs) return;
    this.#spokenMs = now;
    setText(this.#voice, text);
  }

  #button(text: string, run: () => void): HTMLElement {
    const button = document.createElement("vscode-button");
    button.secondary = true;
    button.textContent = text;
    button.addEventListener("click", run);
    return button;
  }
}

function progressOf({ step, totalSteps, phase, extraction, readShare }: RunHead): number | undefined {
  if (readShare !== undefined) return readShare;
  if (phase === "extract") return extraction && extraction.total > 0 ? extraction.done / extraction.total : undefined;
  return totalSteps === undefined ? undefined : step / totalSteps;
}

function alert(level: NoteContent["level"], title: string, text: string): HTMLElement {
  return element(
    "p",
    { class: `alert alert-${level}` },
    title === "" ? undefined : element("strong", {}, `${title}: `),
    text,
  );
}
