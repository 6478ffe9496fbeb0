import { access, constants } from "node:fs/promises";
import { isAbsolute } from "node:path";
import * as vscode from "vscode";
import { UserError } from "../../core/errors";

/**
 * The Node that training runs under; undefined for the editor's own.
 * @throws UserError when the setting names no program
 */
export async function nodePath(): Promise<string | undefined> {
  const path = vscode.workspace.getConfiguration("unipt").get("nodePath", "").trim();
  if (path === "") return undefined;
  try {
    if (!isAbsolute(path)) throw new Error("A relative path depends on where the editor was started.");
    await access(path, constants.X_OK);
    return path;
  } catch (cause) {
    const text = vscode.l10n.t(
      "The setting unipt.nodePath is “{0}”, which is no program; give the absolute path of Node.js 20.20 or newer, or leave it empty.",
      path,
    );
    throw new UserError(text, { cause });
  }
}
