import { basename, dirname } from "node:path";
import * as vscode from "vscode";
import { runFiles, runsFolder } from "../../store/runDirectory";
import { findFiles } from "../workspace/findPlaces";
import { type Choice, pickOne } from "./questions";
import type { back, Frame } from "./runWizard";

export interface FileQuestion {
  readonly placeholder: string;
  /** Files of the workspace that are offered. */
  readonly pattern: string;
  /** For the dialog with which the user looks elsewhere: name of the kind → extensions. */
  readonly filters: Readonly<Record<string, readonly string[]>>;
  /** Whether a folder will do, too. */
  readonly orFolder?: boolean;
  readonly active?: vscode.Uri | undefined;
}

type Picked = vscode.Uri | "file" | "folder";

/** A step that picks a file of the workspace, or one from anywhere. */
export async function pickFile(frame: Frame, question: FileQuestion): Promise<vscode.Uri | typeof back | undefined> {
  const found = await findFiles(question.pattern);
  const files = found.filter(({ fsPath }) => !isOfRun(fsPath)).sort((a, b) => a.fsPath.localeCompare(b.fsPath));
  const choices: Choice<Picked>[] = files.map((uri) => ({
    value: uri,
    label: vscode.workspace.asRelativePath(uri),
    iconPath: vscode.ThemeIcon.File,
    resourceUri: uri,
  }));
  choices.push({ value: "file", label: vscode.l10n.t("Browse for a file…"), alwaysShow: true });
  if (question.orFolder)
    choices.push({ value: "folder", label: vscode.l10n.t("Browse for a folder…"), alwaysShow: true });
  const active = files.find(({ fsPath }) => fsPath === question.active?.fsPath) ?? files[0];
  for (;;) {
    const picked = await pickOne(frame, { placeholder: question.placeholder, choices, active });
    if (picked !== "file" && picked !== "folder") return picked;
    const chosen = await browse(question, picked);
    // Leaving the dialog leads back to the question.
    if (chosen) return chosen;
  }
}

/** What runs write is nothing that an experiment is made of. */
function isOfRun(path: string): boolean {
  const names: readonly string[] = Object.values(runFiles);
  return basename(dirname(dirname(path))) === runsFolder && names.includes(basename(path));
}

async function browse(
  { placeholder, filters }: FileQuestion,
  kind: "file" | "folder",
): Promise<vscode.Uri | undefined> {
  const chosen = await vscode.window.showOpenDialog({
    title: placeholder,
    canSelectFiles: kind === "file",
    canSelectFolders: kind === "folder",
    ...(kind === "file" && {
      filters: Object.fromEntries(Object.entries(filters).map(([name, list]) => [name, [...list]])),
    }),
  });
  return chosen?.[0];
}
