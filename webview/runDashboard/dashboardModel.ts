import { ColumnTable } from "../../src/core/views/columnTable";
import type { DashboardState } from "../../src/core/views/dashboardState";
import type { TableName } from "../../src/core/views/tableNames";
import { tableNames } from "../../src/core/views/tableNames";
import type { DashboardMessage } from "../../src/protocol/panelMessage";

/** What the page knows of the run: the newest state, and the tables as they grow. */
export interface DashboardModel {
  readonly state: DashboardState;
  readonly tables: Readonly<Record<TableName, ColumnTable>>;
  /** Changes with every message. */
  readonly revision: number;
}

/** Takes in a message. A patch that comes before any state is of a page that is no more, and ignored. */
export function received(model: DashboardModel | undefined, message: DashboardMessage): DashboardModel | undefined {
  if (message.kind === "patch" && model === undefined) return undefined;
  const isFresh = message.kind === "state" || model === undefined;
  const tables = isFresh ? emptyTables() : model.tables;
  for (const name of tableNames) {
    const rows = message.tables[name];
    if (rows) tables[name].put(rows);
  }
  const state = message.kind === "state" ? message.state : model && { ...model.state, ...message.state };
  return state && { state, tables, revision: (model?.revision ?? 0) + 1 };
}

function emptyTables(): Record<TableName, ColumnTable> {
  return {
    steps: new ColumnTable(),
    evaluations: new ColumnTable(),
    epochs: new ColumnTable(),
    memory: new ColumnTable(),
  };
}
