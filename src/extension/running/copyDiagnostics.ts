import { readFile } from "node:fs/promises";
import { homedir, release } from "node:os";
import { basename } from "node:path";
import * as vscode from "vscode";
import { redact } from "../../core/views/redact";
import type { App } from "../app";
import { versionOf } from "./doctor";

const lastLines = 60;
const settings = ["nodePath", "keepRunsAlive", "codeLens"] as const;

/** Puts what a report of a fault needs on the clipboard: versions, settings, the last lines of the log; no personal paths. */
export async function copyDiagnostics(app: App): Promise<void> {
  const configuration = vscode.workspace.getConfiguration("unipt");
  const { active } = app.jobs;
  const { report } = app.machine;
  const text = [
    `UniPT Lab ${versionOf(app)}, ${vscode.env.appName} ${vscode.version} (${vscode.env.appHost}${vscode.env.remoteName === undefined ? "" : ", remote"})`,
    `Node ${process.versions.node}, ${process.platform}-${process.arch}, ${release()}`,
    `Trusted: ${vscode.workspace.isTrusted}; folders: ${vscode.workspace.workspaceFolders?.length ?? 0}; experiments: ${app.runs.experiments.length}; runs: ${app.runs.experiments.reduce((sum, { runs }) => sum + runs.length, 0)}`,
    ...settings.map((key) => `unipt.${key}: ${JSON.stringify(configuration.get(key))}`),
    ...active.map(({ record, state }) => `Job: ${record.title}, ${state.phase}, ${countStates(state.runs)}`),
    ...(report?.diagnosis.devices ?? []).map(
      ({ device, runs, remark = "" }) => `Device ${device}: ${runs ? "runs" : "does not run"} ${remark}`,
    ),
    "",
    "Log:",
    ...(await lastLogLines(app.context.logUri)),
    "",
  ].join("\n");
  const folders = (vscode.workspace.workspaceFolders ?? []).map(({ uri }) => uri.fsPath);
  await vscode.env.clipboard.writeText(redact(text, { folders, home: homedir() }));
  void vscode.window.showInformationMessage(
    vscode.l10n.t("Versions, settings and the last log lines are on the clipboard."),
  );
}

/** The editor keeps what goes to the log channel in a file of its name. */
async function lastLogLines(folder: vscode.Uri): Promise<readonly string[]> {
  try {
    const entries = await vscode.workspace.fs.readDirectory(folder);
    const logs = entries.map(([name]) => name).filter((name) => name.endsWith(".log"));
    const texts = await Promise.all(
      logs.map((name) => readFile(vscode.Uri.joinPath(folder, basename(name)).fsPath, "utf8")),
    );
    const text = texts.join("\n").trimEnd();
    if (text !== "") return text.split("\n").slice(-lastLines);
  } catch {
    // No folder, no log.
  }
  return ["(none is kept)"];
}

function countStates(runs: readonly { readonly state: string }[]): string {
  const counts = new Map<string, number>();
  for (const { state } of runs) counts.set(state, (counts.get(state) ?? 0) + 1);
  return [...counts].map(([state, count]) => `${count} ${state}`).join(", ");
}
