import * as vscode from "vscode";
import type { TreeNode } from "../../core/views/tree/experimentTree";
import type { ExperimentEntry } from "../workspace/runIndex";

/** A row of the tree of experiments, as commands get it: the same object as long as the row is there. */
export class ExperimentItem {
  readonly id: string;
  readonly parent: ExperimentItem | undefined;
  node: TreeNode;
  entry: ExperimentEntry;
  children: readonly ExperimentItem[] = [];

  constructor(node: TreeNode, entry: ExperimentEntry, parent: ExperimentItem | undefined) {
    this.id = node.id;
    this.node = node;
    this.entry = entry;
    this.parent = parent;
  }

  /** The experiment file, or the run directory; a variant has none. */
  get resource(): vscode.Uri | undefined {
    if (this.node.kind === "experiment") return this.entry.file;
    return this.node.kind === "run" ? this.resources[0] : undefined;
  }

  /** The file that the row's experiment is described by. */
  get experimentFile(): vscode.Uri | undefined {
    return this.entry.file;
  }

  /** The variant that the row stands for, for commands that train. */
  get variants(): readonly string[] | undefined {
    return this.node.kind === "variant" ? [this.node.label] : undefined;
  }

  /** Directories of the runs at and below the row. */
  get resources(): readonly vscode.Uri[] {
    return this.node.directories.map((directory) => vscode.Uri.file(directory));
  }
}
