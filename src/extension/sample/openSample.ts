import { cp, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import * as vscode from "vscode";
import { UserError } from "../../core/errors";
import { expectSample } from "./pendingSample";

/** Name of the sample's experiment file. */
const experimentName = "emoji-scenes.unipt.json";
/** Where the sample lies in the installed extension, and where `npm run demo` makes it in a development checkout. */
const sources = ["dist/sample", "samples/emoji-scenes"] as const;
const samplePart = /^(emoji-scenes\.unipt\.json|models|scenes|scenes\.jsonl|runs)$/;

/**
 * Opens the sample: in a window that has it, its experiment file; else copies it to a folder of the user's choice and opens that.
 * @throws UserError in an untrusted workspace, or when this build has no sample
 */
export async function openSample(context: vscode.ExtensionContext, log: vscode.LogOutputChannel): Promise<void> {
  const [present] = await vscode.workspace.findFiles(experimentName, undefined, 1);
  if (present) {
    await showExperiment(present);
    return;
  }
  if (!vscode.workspace.isTrusted)
    throw new UserError(vscode.l10n.t("Copying the sample needs a trusted workspace, or a window without a folder."));
  const source = await sourceOf(context.extensionPath);
  const target = await chooseTarget(context);
  if (!target) return;
  await copySample(source, target.fsPath);
  log.info(`The sample is in ${target.fsPath}.`);
  await openTarget(context, target);
}

/** Called when a window opens: shows the experiment file if the window was opened for the sample. */
export async function showExperiment(file: vscode.Uri): Promise<void> {
  await vscode.window.showTextDocument(file, { preview: false });
  await vscode.commands.executeCommand("workbench.view.extension.unipt");
  await vscode.commands.executeCommand("workbench.action.focusActiveEditorGroup");
}

export function experimentIn(folder: vscode.Uri): vscode.Uri {
  return vscode.Uri.joinPath(folder, experimentName);
}

async function sourceOf(extensionPath: string): Promise<string> {
  for (const source of sources) {
    const folder = join(extensionPath, source);
    if ((await exists(join(folder, experimentName))) && (await exists(join(folder, "models")))) return folder;
  }
  throw new UserError(
    vscode.l10n.t("This build of the extension has no sample; make it with “npm run demo” in its folder."),
  );
}

async function chooseTarget(context: vscode.ExtensionContext): Promise<vscode.Uri | undefined> {
  const own = vscode.Uri.joinPath(context.globalStorageUri, "unipt-sample");
  const items = [
    { label: vscode.l10n.t("Keep it in the extension's storage"), detail: own.fsPath, folder: own },
    {
      label: vscode.l10n.t("Choose a folder…"),
      detail: vscode.l10n.t("A new folder “unipt-sample” is made in it."),
      folder: undefined,
    },
  ];
  const title = vscode.l10n.t("UniPT Sample: Where To");
  const placeHolder = vscode.l10n.t("The sample takes 25 MB, and 200 MB more once it has run");
  const picked = await vscode.window.showQuickPick(items, { title, placeHolder, ignoreFocusOut: true });
  if (!picked) return undefined;
  if (picked.folder) return picked.folder;
  const chosen = await vscode.window.showOpenDialog({
    canSelectFiles: false,
    canSelectFolders: true,
    openLabel: vscode.l10n.t("Put the Sample Here"),
    defaultUri: vscode.Uri.file(homedir()),
  });
  return chosen?.[0] && vscode.Uri.joinPath(chosen[0], "unipt-sample");
}

/** Fills up what is missing; files that the user has changed stay as they are. */
async function copySample(source: string, target: string): Promise<void> {
  const title = vscode.l10n.t("Copying the UniPT sample");
  await vscode.window.withProgress({ location: vscode.ProgressLocation.Notification, title }, () =>
    cp(source, target, {
      recursive: true,
      force: false,
      // In a development checkout there are sources beside the sample.
      filter: (path) => path === source || samplePart.test(path.slice(source.length + 1).split(/[\\/]/)[0] ?? ""),
    }),
  );
}

async function openTarget(context: vscode.ExtensionContext, folder: vscode.Uri): Promise<void> {
  const isEmpty = (vscode.workspace.workspaceFolders ?? []).length === 0;
  const newWindow = vscode.l10n.t("Open in a New Window");
  const thisWindow = vscode.l10n.t("Open in This Window");
  const add = vscode.l10n.t("Add to This Workspace");
  const title = vscode.l10n.t("UniPT Sample: Open");
  const how = isEmpty ? thisWindow : await vscode.window.showQuickPick([newWindow, thisWindow, add], { title });
  if (how === undefined) return;
  await expectSample(context.globalState, folder);
  if (how === add) {
    const end = vscode.workspace.workspaceFolders?.length ?? 0;
    vscode.workspace.updateWorkspaceFolders(end, 0, { uri: folder, name: "UniPT sample" });
    // Windows with more than one folder already are not loaded anew, so nobody else would show it.
    if (end > 1) await showExperiment(experimentIn(folder));
    return;
  }
  await vscode.commands.executeCommand("vscode.openFolder", folder, { forceNewWindow: how === newWindow });
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
