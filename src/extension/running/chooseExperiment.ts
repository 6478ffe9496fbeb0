import { basename, dirname } from "node:path";
import * as vscode from "vscode";
import type { Problem } from "../../core/experiment/problem";
import { experimentSuffix } from "../../core/experiment/experimentSuffix";
import { type ExperimentFile, readExperimentFile } from "../../store/experimentFile";
import { nodeFileSystem } from "../../store/nodeFileSystem";
import type { App } from "../app";

/** An experiment file without problems. */
export type SoundExperiment = ExperimentFile & Required<Pick<ExperimentFile, "config">>;

/**
 * The experiment that a command is called on: a file, that of a run directory, that of the active editor, or what the user
 * picks. What is typed but not saved is saved first; the first problem of a file is shown at its place.
 * @returns undefined when there is none, or it has problems
 */
export async function chooseExperiment(
  app: App,
  resource: vscode.Uri | undefined,
): Promise<SoundExperiment | undefined> {
  const file = fileOf(app, resource) ?? (await pickFile(app));
  if (!file) return undefined;
  const document = vscode.workspace.textDocuments.find(({ uri }) => uri.fsPath === file.fsPath);
  if (document?.isDirty && !(await document.save())) return undefined;
  const experiment = await readExperimentFile(nodeFileSystem, file.fsPath);
  if (!experiment) {
    void vscode.window.showErrorMessage(vscode.l10n.t("{0} is not there any more.", file.fsPath));
    return undefined;
  }
  const [problem] = experiment.problems;
  if (problem) await showProblem(file, problem, experiment.problems.length);
  const { config } = experiment;
  return config && !problem ? { ...experiment, config } : undefined;
}

function fileOf(app: App, resource: vscode.Uri | undefined): vscode.Uri | undefined {
  if (resource?.fsPath.endsWith(experimentSuffix)) return resource;
  if (resource) {
    const { fsPath } = resource;
    return app.runs.experiments.find(({ runs }) => runs.some(({ directory }) => directory === fsPath))?.file;
  }
  const active = vscode.window.activeTextEditor?.document.uri;
  return active?.fsPath.endsWith(experimentSuffix) ? active : undefined;
}

async function pickFile({ runs }: App): Promise<vscode.Uri | undefined> {
  await runs.ready;
  const files = runs.experiments.flatMap(({ file, name, problems, plans }) => {
    if (!file) return [];
    const description = problems.length > 0 ? vscode.l10n.t("has problems") : vscode.l10n.t("{0} runs", plans.length);
    return [{ label: name, description, detail: vscode.workspace.asRelativePath(dirname(file.fsPath)), file }];
  });
  if (files.length === 0) {
    void vscode.window.showInformationMessage(
      vscode.l10n.t(
        "This workspace has no experiment file (*.unipt.json) yet; make one with “UniPT: New Experiment…”.",
      ),
    );
    return undefined;
  }
  if (files.length === 1) return files[0]?.file;
  const placeHolder = vscode.l10n.t("Choose an experiment");
  return (await vscode.window.showQuickPick(files, { placeHolder, matchOnDetail: true }))?.file;
}

/** Errors in a file belong into the file; the message says what is wrong for those who look elsewhere. */
async function showProblem(file: vscode.Uri, problem: Problem, count: number): Promise<void> {
  const { line, column, length, message } = problem;
  const start = new vscode.Position(line - 1, column - 1);
  await vscode.window.showTextDocument(file, { selection: new vscode.Range(start, start.translate(0, length)) });
  const others = count === 1 ? "" : ` ${vscode.l10n.t("(and {0} more)", count - 1)}`;
  void vscode.window.showErrorMessage(`${message}${others}`);
}

/** What a list of runs is called. */
export function titleOf({ name, path }: Pick<ExperimentFile, "name" | "path">, runCount: number): string {
  const experiment = name || basename(path);
  return runCount === 1
    ? vscode.l10n.t("{0}: 1 run", experiment)
    : vscode.l10n.t("{0}: {1} runs", experiment, runCount);
}
