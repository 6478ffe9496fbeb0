import type { ComparisonTable, GroupRow, RunRow } from "../../src/core/views/comparison/comparisonTable";
import { fewSeeds, nameColumn } from "../../src/core/views/comparison/comparisonTable";
import type { ComparisonCell } from "../../src/core/views/comparison/comparisonTable";
import type { ExportTexts } from "../../src/core/views/comparison/comparisonExport";
import { writeCell } from "../../src/core/views/comparison/comparisonText";
import { element } from "../shared/dom";
import { colorIndex } from "../shared/lineStyle";
import type { Ui } from "../shared/ui";
import type { ComparisonView } from "./comparisonView";

export interface TableEvents {
  readonly change: (change: Partial<ComparisonView>) => void;
}

/** The groups as a table that can be sorted, with the runs of each group folded below it. */
export class TableView {
  readonly root = element("div", { class: "comparison-table" });
  readonly #ui: Ui;
  readonly #events: TableEvents;
  readonly #scroll: HTMLElement;
  readonly #notes = element("div", { class: "sentences hint" });
  #drawn = "";

  constructor(ui: Ui, events: TableEvents) {
    this.#ui = ui;
    this.#events = events;
    const name = ui.texts.label("comparedRuns");
    this.#scroll = element("div", { class: "table-scroll", tabindex: "0", role: "region", "aria-label": name });
    this.root.append(this.#scroll, this.#notes);
  }

  draw(table: ComparisonTable, view: ComparisonView, texts: ExportTexts): void {
    const key = JSON.stringify([table, view.sort, view.expanded, texts.note]);
    // What did not change keeps its focus and its selection.
    if (key === this.#drawn) return;
    this.#drawn = key;
    const focused = document.activeElement instanceof HTMLElement ? document.activeElement.dataset["key"] : undefined;
    const head = element("tr", {}, ...this.#headers(table, view, texts));
    const body = table.rows.flatMap((row) => this.#rows(table, row, view.expanded.includes(row.group.key), texts));
    this.#scroll.replaceChildren(
      element(
        "table",
        { "aria-label": this.#ui.texts.label("comparedRuns") },
        element("thead", {}, head),
        element("tbody", {}, ...body),
      ),
    );
    if (focused !== undefined)
      [...this.#scroll.querySelectorAll("button")].find(({ dataset }) => dataset["key"] === focused)?.focus();
    this.#drawNotes(table, texts);
  }

  #drawNotes(table: ComparisonTable, texts: ExportTexts): void {
    const { label } = this.#ui.texts;
    const few = table.rows.filter(({ seeds }) => seeds < fewSeeds);
    const names = few.map(({ group, seeds }) => `${group.label} (n = ${seeds})`).join(", ");
    const warning =
      few.length === 0 ? [] : [element("p", { class: "few-seeds" }, `⚠ ${label("fewSeeds", fewSeeds, names)}`)];
    this.#notes.replaceChildren(...warning, element("p", {}, texts.note));
  }

  #headers({ columns }: ComparisonTable, { sort }: ComparisonView, texts: ExportTexts): readonly HTMLElement[] {
    const all = [{ id: nameColumn, kind: "setting", text: texts.name } as const].concat(
      columns.map((column) => ({ id: column.id, kind: column.kind, text: texts.column(column) })) as [],
    );
    return all.map(({ id, kind, text }) => {
      const isSorted = sort?.column === id;
      const isDescending = isSorted && sort.isDescending;
      const sign = isSorted ? (isDescending ? "▾" : "▴") : "";
      const mark = element("span", { class: "sort-sign", "aria-hidden": "true" }, sign);
      const button = element("button", { type: "button", class: "sort", "data-key": `sort ${id}` }, text, mark);
      button.addEventListener("click", () =>
        this.#events.change({ sort: { column: id, isDescending: isSorted ? !isDescending : isFigure(kind) } }),
      );
      const order = isSorted ? (isDescending ? "descending" : "ascending") : "none";
      return element("th", { scope: "col", "aria-sort": order, class: isFigure(kind) ? "figure" : undefined }, button);
    });
  }

  #rows(table: ComparisonTable, row: GroupRow, isExpanded: boolean, texts: ExportTexts): readonly HTMLElement[] {
    const { label } = this.#ui.texts;
    const { key, label: name, tone, runs } = row.group;
    const fold = element(
      "button",
      {
        type: "button",
        class: "fold",
        "aria-expanded": String(isExpanded),
        "aria-label": label("groupRuns", name),
        "data-key": `fold ${key}`,
      },
      isExpanded ? "▾" : "▸",
    );
    fold.addEventListener("click", () => this.#fold(key));
    const color = element("span", { class: `chip chip-series${colorIndex(tone)}`, "aria-hidden": "true" });
    const marks = row.isBaseline ? element("span", { class: "hint" }, ` (${label("isBaseline")})`) : undefined;
    const states = standings(runs.map(({ standing }) => label(standing)));
    const head = element("th", { scope: "row" }, fold, color, name, marks, element("span", { class: "hint" }, states));
    const group = element("tr", { class: "group-row" }, head, ...this.#cells(table, row.cells, texts));
    return isExpanded ? [group, ...row.runs.map((run) => this.#runRow(table, run, texts))] : [group];
  }

  #fold(key: string): void {
    const open = this.#expanded();
    this.#events.change({ expanded: open.has(key) ? [...open].filter((other) => other !== key) : [...open, key] });
  }

  #expanded(): ReadonlySet<string> {
    const folds = [...this.#scroll.querySelectorAll<HTMLElement>(".fold[aria-expanded='true']")];
    return new Set(folds.map(({ dataset }) => (dataset["key"] ?? "").replace(/^fold /, "")));
  }

  #runRow(table: ComparisonTable, { run, cells, isRepeated }: RunRow, texts: ExportTexts): HTMLElement {
    const { label, format } = this.#ui.texts;
    const { send } = this.#ui;
    const attempt = run.attempt > 1 ? ` (${run.attempt})` : "";
    const name = `${label("seed", run.seed)}${attempt}`;
    const open = element(
      "button",
      { type: "button", class: "link", title: label("openRun", run.name), "data-key": `open ${run.id}` },
      name,
    );
    open.addEventListener("click", () => send({ kind: "openRun", run: run.id, panel: "runDashboard" }));
    const remove = element(
      "button",
      {
        type: "button",
        class: "icon-button",
        "aria-label": label("removeRun", run.name),
        title: label("removeRun", run.name),
        "data-key": `remove ${run.id}`,
      },
      "×",
    );
    remove.addEventListener("click", () => send({ kind: "removeRun", run: run.id }));
    const parts = [
      label(run.standing),
      run.progress === undefined ? "" : format.percent(run.progress),
      run.problem ?? "",
      isRepeated ? label("repeatedSeed") : "",
    ];
    const state = element("span", { class: "hint" }, ` ${parts.filter((part) => part !== "").join(" · ")}`);
    const head = element("th", { scope: "row", class: "run-name" }, remove, open, state);
    return element("tr", { class: "run-row" }, head, ...this.#cells(table, cells, texts));
  }

  #cells(table: ComparisonTable, cells: readonly ComparisonCell[], texts: ExportTexts): readonly HTMLElement[] {
    return cells.map((cell, c) => {
      const { text, sd } = writeCell(table, c, cell, this.#ui.texts.format, texts);
      const isNumber = isFigure(table.columns[c]?.kind ?? "setting");
      const mean = cell.isBest === true ? element("strong", {}, text) : text;
      const spread = sd === undefined ? undefined : element("span", { class: "spread" }, ` ± ${sd}`);
      return element("td", { class: isNumber ? "figure" : undefined }, mean, spread);
    });
  }
}

/** "2 × Completed, Running": how the runs of a group stand, where they are not simply complete. */
function standings(labels: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  const parts = [...counts].map(([label, count]) => (counts.size === 1 ? label : `${count} × ${label}`));
  return ` ${parts.join(", ")}`;
}

function isFigure(kind: string): boolean {
  return kind !== "setting" && kind !== "circumstance";
}
