import { basename } from "node:path";
import * as vscode from "vscode";
import { experimentOutline } from "../../core/experiment/experimentOutline";
import { parseExperiment } from "../../core/experiment/parseExperiment";
import type { Problem } from "../../core/experiment/problem";
import { fileOf, isExperiment, rangeOf } from "./experimentDocument";

/** Waits for a pause in typing. */
const typingPauseMs = 250;

/** A diagnostic that knows the problem it stands for, so that fixes can be worked out when they are asked for. */
export class ProblemDiagnostic extends vscode.Diagnostic {
  constructor(
    range: vscode.Range,
    message: string,
    readonly problem: Problem,
  ) {
    super(range, message, vscode.DiagnosticSeverity.Error);
    this.source = "UniPT";
  }
}

/** Shows what is wrong in open experiment files while they are edited; only reads. */
export function showDiagnostics(): vscode.Disposable {
  const shown = vscode.languages.createDiagnosticCollection("unipt");
  const timers = new Map<string, NodeJS.Timeout>();
  /** Paths of the files that each open experiment names. */
  const named = new Map<string, ReadonlySet<string>>();
  const check = async (document: vscode.TextDocument): Promise<void> => {
    const { version } = document;
    const files = experimentOutline(document.getText())?.files ?? [];
    named.set(document.uri.toString(), new Set(files.map(({ path }) => fileOf(document, path).fsPath)));
    const found = await diagnose(document);
    if (!document.isClosed && document.version === version) shown.set(document.uri, found);
  };
  const ask = (document: vscode.TextDocument, delayMs: number): void => {
    if (!isExperiment(document)) return;
    const key = document.uri.toString();
    clearTimeout(timers.get(key));
    timers.set(
      key,
      setTimeout(() => void check(document), delayMs),
    );
  };
  /** Runs write files all the time; what no open experiment names concerns none. */
  const fileCameOrWent = ({ fsPath }: vscode.Uri): void =>
    vscode.workspace.textDocuments.forEach((document) => {
      if (named.get(document.uri.toString())?.has(fsPath)) ask(document, 0);
    });
  const watcher = vscode.workspace.createFileSystemWatcher("**/*.{onnx,json,jsonl,csv}", false, true, false);
  vscode.workspace.textDocuments.forEach((document) => ask(document, 0));
  return vscode.Disposable.from(
    shown,
    watcher,
    watcher.onDidCreate(fileCameOrWent),
    watcher.onDidDelete(fileCameOrWent),
    vscode.workspace.onDidOpenTextDocument((document) => ask(document, 0)),
    vscode.workspace.onDidChangeTextDocument(({ document }) => ask(document, typingPauseMs)),
    vscode.workspace.onDidCloseTextDocument(({ uri }) => {
      clearTimeout(timers.get(uri.toString()));
      named.delete(uri.toString());
      shown.delete(uri);
    }),
    { dispose: () => timers.forEach((timer) => clearTimeout(timer)) },
  );
}

async function diagnose(document: vscode.TextDocument): Promise<readonly vscode.Diagnostic[]> {
  const text = document.getText();
  const name = basename(document.uri.fsPath);
  const problems = parseExperiment(text, name).problems.map((problem) => {
    const { line, column, length, message } = problem;
    const start = new vscode.Position(line - 1, column - 1);
    const end = document.positionAt(document.offsetAt(start) + length);
    return new ProblemDiagnostic(new vscode.Range(start, end), message.slice(name.length + 2), problem);
  });
  return [...problems, ...(await missingFiles(document, text))];
}

async function missingFiles(document: vscode.TextDocument, text: string): Promise<readonly vscode.Diagnostic[]> {
  const files = experimentOutline(text)?.files ?? [];
  const missing = await Promise.all(
    files.map(async (file) => {
      const uri = fileOf(document, file.path);
      const isThere = await vscode.workspace.fs.stat(uri).then(
        () => true,
        () => false,
      );
      if (isThere) return [];
      const message = vscode.l10n.t(
        "{0} is not there; correct the path, which is relative to this file, or put the file there.",
        uri.fsPath,
      );
      const diagnostic = new vscode.Diagnostic(rangeOf(document, file), message, vscode.DiagnosticSeverity.Warning);
      diagnostic.source = "UniPT";
      diagnostic.code = "missing-file";
      return [diagnostic];
    }),
  );
  return missing.flat();
}
