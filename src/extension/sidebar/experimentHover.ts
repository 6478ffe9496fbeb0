import { relative } from "node:path";
import * as vscode from "vscode";
import type { HoverRow } from "../../core/views/tree/runHover";
import { differingSettings, runHover } from "../../core/views/tree/runHover";
import type { TreeLabels } from "../../core/views/tree/treeLabels";
import { nodeFileSystem } from "../../store/nodeFileSystem";
import { readManifest } from "../../store/runListing";
import type { RunIndex } from "../workspace/runIndex";
import type { ExperimentItem } from "./experimentItem";

/** More problems of a file than these are only counted. */
const maxProblems = 5;

/** What is shown when the pointer rests on a row. Texts of the workspace stay plain texts, and no link of theirs is followed. */
export async function hoverOf(
  item: ExperimentItem,
  runs: RunIndex,
  labels: TreeLabels,
): Promise<vscode.MarkdownString | undefined> {
  const { node, entry } = item;
  if (node.kind === "run") return runHoverText(item, runs, labels);
  if (node.kind === "variant") {
    const plan = entry.plans.find(({ variant }) => variant === node.label);
    const settings = differingSettings(plan?.config, entry.plans).map(({ path, value }) => `${path} = ${value}`);
    return markdown(node.label, node.description, [{ name: labels.settings, values: settings }]);
  }
  const problems = entry.problems
    .slice(0, maxProblems)
    .map(({ message, line }) => vscode.l10n.t("line {0}: {1}", line, withoutFile(message)));
  const more = entry.problems.length - maxProblems;
  return markdown(node.label, entry.problems.length === 0 ? node.description : "", [
    {
      name: vscode.l10n.t("Problems"),
      values: [...problems, ...(more > 0 ? [vscode.l10n.t("and {0} more", more)] : [])],
    },
    { name: vscode.l10n.t("Notes"), values: entry.config?.notes === undefined ? [] : [entry.config.notes] },
    { name: vscode.l10n.t("File"), values: entry.file ? [vscode.workspace.asRelativePath(entry.file)] : [] },
  ]);
}

/** The hover names the file below; before each problem it would only take the room. */
function withoutFile(message: string): string {
  return message.replace(/^[^:"]*\.unipt\.json: /, "");
}

async function runHoverText(
  { node, entry }: ExperimentItem,
  runs: RunIndex,
  labels: TreeLabels,
): Promise<vscode.MarkdownString | undefined> {
  const [directory = ""] = node.directories;
  const run = runs.run(directory);
  if (!run) return undefined;
  // What is wrong with a run is told in its state.
  const manifest = await readManifest(nodeFileSystem, directory).catch(() => undefined);
  const rows = runHover({
    run: { ...run, directory: relative(entry.folder.fsPath, directory) },
    manifest,
    progress: runs.progress(directory),
    plans: entry.plans,
    labels,
    locale: vscode.env.language,
  });
  return markdown(`${run.variant} · ${node.label}`, "", rows);
}

function markdown(title: string, subtitle: string, rows: readonly HoverRow[]): vscode.MarkdownString {
  const text = new vscode.MarkdownString();
  text.isTrusted = false;
  text.supportHtml = false;
  text.appendMarkdown("**").appendText(title).appendMarkdown("**");
  if (subtitle !== "") text.appendMarkdown("  \n").appendText(subtitle);
  for (const { name, values } of rows) {
    if (values.length === 0) continue;
    text.appendMarkdown("\n\n*").appendText(name).appendMarkdown("*  \n");
    values.forEach((value, i) => {
      if (i > 0) text.appendMarkdown("  \n");
      text.appendText(value.replaceAll("\n", " "));
    });
  }
  return text;
}
