import { dirname, resolve } from "node:path";
import * as vscode from "vscode";
import type { SideName } from "../../core/experiment/sides";
import { backboneUses } from "../../core/experiment/backboneUse";
import type { RunIndex } from "../workspace/runIndex";

/** One side of an experiment file that reads a model. */
export interface ExperimentUse {
  readonly file: vscode.Uri;
  readonly side: SideName;
  /** Names or indices; undefined taps all hidden states. */
  readonly hiddenStates: readonly (string | number)[] | undefined;
  /** Text of the file, unsaved changes included. */
  readonly text: string;
}

/** Where the experiment files of the workspace read this model. Files that cannot be read are passed over. */
export async function experimentUses(runs: RunIndex, model: vscode.Uri): Promise<ExperimentUse[]> {
  await runs.ready;
  const files = runs.experiments.flatMap(({ file }) => file ?? []);
  const found = await Promise.all(files.map((file) => usesIn(file, model).catch(() => [])));
  return found.flat();
}

async function usesIn(file: vscode.Uri, model: vscode.Uri): Promise<ExperimentUse[]> {
  const text = await textOf(file);
  const folder = dirname(file.fsPath);
  return backboneUses(text)
    .filter((use) => resolve(folder, use.model) === model.fsPath)
    .map(({ side, hiddenStates }) => ({ file, side, hiddenStates, text }));
}

async function textOf(file: vscode.Uri): Promise<string> {
  const open = vscode.workspace.textDocuments.find(({ uri }) => uri.toString() === file.toString());
  return open ? open.getText() : new TextDecoder().decode(await vscode.workspace.fs.readFile(file));
}
