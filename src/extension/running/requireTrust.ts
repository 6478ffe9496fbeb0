import * as vscode from "vscode";
import { UserError } from "../../core/errors";

/** A hidden command can still be called, so trust is checked where anything runs. @throws UserError in an untrusted workspace */
export function requireTrust(): void {
  if (!vscode.workspace.isTrusted)
    throw new UserError(
      vscode.l10n.t("This needs a trusted workspace; trust it with “Workspaces: Manage Workspace Trust”."),
    );
}
