import type { RunNote } from "../../src/core/views/runNote";
import type { FileFact, ManifestFacts, SettingFact } from "../../src/core/views/settingFacts";
import "@vscode-elements/elements/dist/vscode-checkbox/index.js";
import "@vscode-elements/elements/dist/vscode-textfield/index.js";
import { element, show } from "../shared/dom";
import type { Ui } from "../shared/ui";
import type { DashboardModel } from "./dashboardModel";
import { noteText } from "./noteText";

const levelLabels = { info: "levelInfo", warning: "levelWarning", error: "levelError" } as const;
const levelSigns = { info: "·", warning: "▲", error: "✕" } as const;

/** Events in the order in which they happened, newest first, and everything the run was made with. */
export class RunTab {
  readonly root: HTMLElement;
  readonly #ui: Ui;
  readonly #events = element("ul", { class: "events" });
  readonly #facts = element("div", { class: "facts" });
  readonly #filter: HTMLElement & { value: string };
  readonly #shown = { notes: -1, isWarningsOnly: false, facts: "", filter: "" };
  #isWarningsOnly: boolean;
  #model: DashboardModel | undefined;

  /** @param keep is told when the choice of events changes */
  constructor(ui: Ui, isWarningsOnly: boolean, keep: (isWarningsOnly: boolean) => void) {
    this.#ui = ui;
    this.#isWarningsOnly = isWarningsOnly;
    const { label } = ui.texts;
    const choice = document.createElement("vscode-checkbox");
    choice.label = label("warningsOnly");
    choice.checked = isWarningsOnly;
    choice.addEventListener("change", () => {
      this.#isWarningsOnly = choice.checked;
      keep(choice.checked);
      this.#redraw();
    });
    this.#filter = document.createElement("vscode-textfield");
    this.#filter.setAttribute("placeholder", label("filterSettings"));
    this.#filter.setAttribute("label", label("filterSettings"));
    this.#filter.addEventListener("input", () => this.#redraw());
    const events = element("section", {}, head(label("events"), choice), this.#events);
    const facts = element("section", {}, head(label("settings"), this.#filter), this.#facts);
    this.root = element("div", { class: "run-tab" }, events, facts);
  }

  draw(model: DashboardModel): void {
    this.#model = model;
    this.#redraw();
  }

  #redraw(): void {
    if (!this.#model) return;
    const { notes, skippedItems, facts } = this.#model.state;
    const wanted = { notes: notes.length + skippedItems, isWarningsOnly: this.#isWarningsOnly };
    if (this.#shown.notes !== wanted.notes || this.#shown.isWarningsOnly !== wanted.isWarningsOnly) {
      Object.assign(this.#shown, wanted);
      this.#drawEvents(notes, skippedItems);
    }
    const key = { facts: JSON.stringify(facts ?? null), filter: this.#filter.value };
    if (this.#shown.facts === key.facts && this.#shown.filter === key.filter) return;
    Object.assign(this.#shown, key);
    this.#facts.replaceChildren(...(facts ? this.#factSections(facts, key.filter.trim().toLowerCase()) : []));
  }

  #drawEvents(notes: readonly RunNote[], skippedItems: number): void {
    const { label } = this.#ui.texts;
    const shown = notes.filter(({ level }) => !this.#isWarningsOnly || level !== "info").reverse();
    const skipped = skippedItems > 0 ? [element("li", { class: "hint" }, label("skippedItems", skippedItems))] : [];
    const items = shown.map((note) => this.#event(note));
    const none = element("li", { class: "hint" }, label("noEvents"));
    this.#events.replaceChildren(...skipped, ...(items.length > 0 ? items : [none]));
  }

  #event({ level, code, values, seconds, step }: RunNote): HTMLElement {
    const { label, format } = this.#ui.texts;
    const text = noteText(this.#ui, code, values);
    const place =
      step === undefined ? format.duration(seconds) : `${format.duration(seconds)} · ${label("stepOnly", step)}`;
    return element(
      "li",
      { class: `event event-${level}` },
      element("span", { class: "event-sign", "aria-label": label(levelLabels[level]), role: "img" }, levelSigns[level]),
      element("span", { class: "event-text" }, text),
      element("span", { class: "hint figure" }, place),
    );
  }

  #factSections({ settings, files, versions, notes }: ManifestFacts, filter: string): readonly HTMLElement[] {
    const { label } = this.#ui.texts;
    const matching = settings.filter(({ path, value }) => `${path} ${value}`.toLowerCase().includes(filter));
    const sections = [
      ...(notes === undefined ? [] : [element("p", {}, notes)]),
      factTable(label("settings"), matching),
      section(label("files"), this.#fileTable(files)),
      section(label("versions"), factTable(label("versions"), versions)),
    ];
    return sections;
  }

  #fileTable(files: readonly FileFact[]): HTMLElement {
    const { texts, send } = this.#ui;
    const rows = files.map(({ role, path, bytes, sha256 }) => {
      const open = element("button", { type: "button", class: "link", title: texts.label("openFile", path) }, path);
      open.addEventListener("click", () => send({ kind: "openFile", role }));
      return element(
        "tr",
        {},
        element("th", { scope: "row" }, role),
        element("td", {}, open),
        element("td", { class: "figure" }, texts.format.bytes(bytes)),
        element("td", { class: "hash", title: sha256 }, `sha256 ${sha256.slice(0, 12)}`),
      );
    });
    return element("table", { class: "fact-table", "aria-label": texts.label("files") }, element("tbody", {}, ...rows));
  }
}

function head(title: string, control: HTMLElement): HTMLElement {
  show(control, true);
  return element("div", { class: "section-head" }, element("h2", {}, title), control);
}

function section(title: string, content: HTMLElement): HTMLElement {
  return element("section", {}, element("h3", {}, title), content);
}

function factTable(name: string, facts: readonly SettingFact[]): HTMLElement {
  const rows = facts.map(({ path, value }) =>
    element("tr", {}, element("th", { scope: "row" }, path), element("td", {}, value)),
  );
  return element("table", { class: "fact-table", "aria-label": name }, element("tbody", {}, ...rows));
}
