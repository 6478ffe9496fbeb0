import * as vscode from "vscode";
import { changedNodes } from "../../core/views/tree/changedNodes";
import type { TreeContext, TreeExperiment, TreeNode } from "../../core/views/tree/experimentTree";
import { experimentNode } from "../../core/views/tree/experimentTree";
import type { TreeLabels } from "../../core/views/tree/treeLabels";
import type { CheckedRuns } from "../workspace/checkedRuns";
import type { ExperimentEntry, RunIndex } from "../workspace/runIndex";
import { ExperimentItem } from "./experimentItem";
import type { RunFilterState } from "./runFilterState";
import { treeItem } from "./treeItem";

export interface ExperimentSources {
  readonly runs: RunIndex;
  readonly checked: CheckedRuns;
  readonly filter: RunFilterState;
  readonly labels: TreeLabels;
}

/** Rows of the experiments, drawn again only where they look different. */
export class ExperimentProvider implements vscode.TreeDataProvider<ExperimentItem> {
  readonly #sources: ExperimentSources;
  readonly #drawn = new vscode.EventEmitter<ExperimentItem[] | undefined>();
  readonly onDidChangeTreeData = this.#drawn.event;
  readonly #items = new Map<string, ExperimentItem>();
  /** Rows keep the state that they appeared with: the editor remembers what the user made of it. */
  readonly #initialStates = new Map<string, vscode.TreeItemCollapsibleState>();
  readonly #nodes = new Map<string, TreeNode | undefined>();
  #roots: readonly ExperimentItem[] = [];

  constructor(sources: ExperimentSources) {
    this.#sources = sources;
  }

  /** Top rows that are there now. */
  get roots(): readonly ExperimentItem[] {
    return this.#roots;
  }

  item(id: string): ExperimentItem | undefined {
    return this.#items.get(id);
  }

  /**
   * Makes the rows of some experiments anew, or all, and has what looks different drawn.
   * @returns the rows that were not there before
   */
  update(changed?: readonly ExperimentEntry[]): readonly ExperimentItem[] {
    const { runs } = this.#sources;
    const before = this.#roots.map(({ node }) => node);
    const context = this.#context();
    const places = placesOf(runs.experiments);
    const wanted = new Set((changed ?? runs.experiments).map(({ id }) => id));
    for (const entry of runs.experiments) {
      if (!wanted.has(entry.id)) continue;
      this.#nodes.set(entry.id, experimentNode(presented(entry, places.get(entry.id)), context));
    }
    const added: ExperimentItem[] = [];
    const kept = new Map<string, ExperimentItem>();
    this.#roots = runs.experiments.flatMap((entry) => {
      const node = this.#nodes.get(entry.id);
      return node ? [this.#take(node, entry, undefined, kept, added)] : [];
    });
    const redrawn = changedNodes(
      before,
      this.#roots.map(({ node }) => node),
    );
    for (const id of this.#items.keys()) if (!kept.has(id)) this.#items.delete(id);
    for (const id of this.#nodes.keys()) if (!runs.experiments.some((entry) => entry.id === id)) this.#nodes.delete(id);
    if (redrawn === "everything") this.#drawn.fire(undefined);
    else if (redrawn.length > 0) this.#drawn.fire(redrawn.flatMap((id) => this.#items.get(id) ?? []));
    return added;
  }

  getTreeItem({ node }: ExperimentItem): vscode.TreeItem {
    const item = treeItem(node, this.#stateOf(node));
    if (node.isChecked !== undefined) {
      const { Checked, Unchecked } = vscode.TreeItemCheckboxState;
      item.checkboxState = {
        state: node.isChecked ? Checked : Unchecked,
        tooltip: vscode.l10n.t("Compare"),
        accessibilityInformation: { label: vscode.l10n.t("Compare {0}", node.spoken) },
      };
    }
    if (node.kind === "run") {
      const argument = this.#items.get(node.id);
      item.command = { command: "unipt.openRunDashboard", title: "", arguments: [argument] };
    }
    return item;
  }

  async getChildren(item?: ExperimentItem): Promise<ExperimentItem[]> {
    if (item) return [...item.children];
    await this.#sources.runs.ready;
    return [...this.#roots];
  }

  getParent(item: ExperimentItem): ExperimentItem | undefined {
    return item.parent;
  }

  /** The hover is made when it is shown: it reads the settings of the run. */
  async resolveTreeItem(item: vscode.TreeItem, element: ExperimentItem): Promise<vscode.TreeItem> {
    const { hoverOf } = await import("./experimentHover");
    item.tooltip = await hoverOf(element, this.#sources.runs, this.#sources.labels);
    return item;
  }

  dispose(): void {
    this.#drawn.dispose();
  }

  #context(): TreeContext {
    const { runs, checked, filter, labels } = this.#sources;
    return {
      progress: (directory) => runs.progress(directory),
      checked: new Set(checked.directories),
      filter: filter.filter,
      labels,
      locale: vscode.env.language,
    };
  }

  #take(
    node: TreeNode,
    entry: ExperimentEntry,
    parent: ExperimentItem | undefined,
    kept: Map<string, ExperimentItem>,
    added: ExperimentItem[],
  ): ExperimentItem {
    const known = this.#items.get(node.id);
    const item = known && known.parent === parent ? known : new ExperimentItem(node, entry, parent);
    if (!known) added.push(item);
    [item.node, item.entry] = [node, entry];
    this.#items.set(node.id, item);
    kept.set(node.id, item);
    item.children = node.children.map((child) => this.#take(child, entry, item, kept, added));
    return item;
  }

  #stateOf({ id, isOpen, children }: TreeNode): vscode.TreeItemCollapsibleState {
    const { None, Expanded, Collapsed } = vscode.TreeItemCollapsibleState;
    if (children.length === 0) return None;
    const known = this.#initialStates.get(id);
    if (known !== undefined) return known;
    const state = isOpen ? Expanded : Collapsed;
    this.#initialStates.set(id, state);
    return state;
  }
}

function presented(entry: ExperimentEntry, place: string | undefined): TreeExperiment {
  const { id, name, file, runs, plans, problems, config } = entry;
  const selector = config?.training.selectBy ?? "rSum";
  return {
    id,
    name,
    hasFile: file !== undefined,
    runs,
    plans,
    problems,
    selector,
    ...(place !== undefined && { place }),
  };
}

/** Where experiments lie whose name another one has, too. */
function placesOf(entries: readonly ExperimentEntry[]): ReadonlyMap<string, string> {
  const counts = new Map<string, number>();
  for (const { name } of entries) counts.set(name, (counts.get(name) ?? 0) + 1);
  return new Map(
    entries
      .filter(({ name }) => (counts.get(name) ?? 0) > 1)
      .map(({ id, file, folder }) => [id, vscode.workspace.asRelativePath(file ?? folder)]),
  );
}
