import { dashboardTable } from "../../core/views/chartTables";
import type { DashboardState } from "../../core/views/dashboardState";
import { dashboardState, selectorOf } from "../../core/views/dashboardState";
import type { DataTable } from "../../core/views/csv";
import type { TableName } from "../../core/views/tableNames";
import { tableNames } from "../../core/views/tableNames";
import type { TableRows } from "../../core/views/columnTable";
import type { PanelLabels } from "../../protocol/panelLabels";
import type { DashboardMessage } from "../../protocol/panelMessage";
import type { PanelContent } from "./panelContent";
import type { RunFeed } from "./runFeed";

/** Rows of a table that one message holds at most: copying them must not keep others from the processor. */
const maxRows = 200_000;

/** The run dashboard of a feed: sends rows once, and parts of the state only when they differ from what was sent. */
export class DashboardContent implements PanelContent {
  readonly #feed: RunFeed;
  readonly #labels: PanelLabels;
  readonly #sentRows = new Map<TableName, number>();
  #sentParts: Readonly<Record<string, string>> = {};

  constructor(feed: RunFeed, labels: PanelLabels) {
    this.#feed = feed;
    this.#labels = labels;
  }

  whole(): DashboardMessage {
    const state = dashboardState(this.#feed.history, this.#feed.context);
    this.#sentParts = partsOf(state);
    this.#sentRows.clear();
    const tables = Object.fromEntries(tableNames.map((name) => [name, this.#rowsOf(name, 0)]));
    return { kind: "state", labels: this.#labels, state, tables: tables as Record<TableName, TableRows> };
  }

  changes(kept: number): DashboardMessage | undefined {
    const { history, context } = this.#feed;
    const state = dashboardState(history, context);
    const parts = partsOf(state);
    const changed = Object.entries(state).filter(([name]) => parts[name] !== this.#sentParts[name]);
    this.#sentParts = parts;
    const tables = tableNames.flatMap((name) => {
      const table = history.tables[name];
      const sent = this.#sentRows.get(name) ?? 0;
      const from = Math.min(sent, table.rowsBefore("record", kept));
      return from === sent && from === table.rowCount ? [] : [[name, this.#rowsOf(name, from)] as const];
    });
    if (changed.length === 0 && tables.length === 0) return undefined;
    return { kind: "patch", state: Object.fromEntries(changed), tables: Object.fromEntries(tables) };
  }

  get isBehind(): boolean {
    return tableNames.some((name) => (this.#sentRows.get(name) ?? 0) < this.#feed.history.tables[name].rowCount);
  }

  table(chart: string): DataTable | undefined {
    const { history, context } = this.#feed;
    const { ledger } = dashboardState(history, context);
    return dashboardTable({ tables: history.tables, ledger, selector: selectorOf(context.manifest) }, chart);
  }

  #rowsOf(name: TableName, from: number): TableRows {
    const table = this.#feed.history.tables[name];
    this.#sentRows.set(name, Math.min(table.rowCount, from + maxRows));
    return table.rowsFrom(from, maxRows);
  }
}

function partsOf(state: DashboardState): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(state).map(([name, part]) => [name, JSON.stringify(part)]));
}
