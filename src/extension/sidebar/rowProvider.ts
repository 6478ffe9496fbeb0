import * as vscode from "vscode";
import type { PlainRow } from "../../core/views/tree/treeRow";
import { treeItem } from "./treeItem";

/** Draws rows that are made anew as a whole: few, and seldom. */
export class RowProvider implements vscode.TreeDataProvider<PlainRow> {
  readonly #rows: () => readonly PlainRow[];
  readonly #finish: (item: vscode.TreeItem, row: PlainRow) => void;
  readonly #drawn = new vscode.EventEmitter<undefined>();
  readonly onDidChangeTreeData = this.#drawn.event;
  #last = "";

  /** @param finish gives an item what its row does not tell */
  constructor(rows: () => readonly PlainRow[], finish: (item: vscode.TreeItem, row: PlainRow) => void) {
    this.#rows = rows;
    this.#finish = finish;
  }

  /** Draws the rows again if they are others. */
  update(): void {
    const now = JSON.stringify(this.#rows());
    if (now !== this.#last) this.#drawn.fire(undefined);
  }

  getTreeItem(row: PlainRow): vscode.TreeItem {
    const { None, Expanded } = vscode.TreeItemCollapsibleState;
    const item = treeItem(row, row.children.length > 0 ? Expanded : None);
    if (row.hover !== undefined) item.tooltip = row.hover;
    this.#finish(item, row);
    return item;
  }

  getChildren(row?: PlainRow): PlainRow[] {
    if (row) return [...row.children];
    const rows = this.#rows();
    this.#last = JSON.stringify(rows);
    return [...rows];
  }

  dispose(): void {
    this.#drawn.dispose();
  }
}
