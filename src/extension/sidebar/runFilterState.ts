import * as vscode from "vscode";
import type { RunFilter } from "../../core/views/tree/runFilter";
import { noFilter } from "../../core/views/tree/runFilter";

/** Which runs the sidebar shows; forgotten with the window. */
export class RunFilterState {
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.#changed.event;
  #filter = noFilter;

  get filter(): RunFilter {
    return this.#filter;
  }

  set(filter: RunFilter): void {
    this.#filter = filter;
    this.#changed.fire();
  }

  dispose(): void {
    this.#changed.dispose();
  }
}
