import * as vscode from "vscode";
import { commands } from "./commands";

/** Composes and registers; behaviour is in the commands. */
export function activate(context: vscode.ExtensionContext): void {
  const log = vscode.window.createOutputChannel("UniPT", { log: true });
  context.subscriptions.push(log);
  const app = { log, extensionPath: context.extensionPath };
  for (const [id, command] of Object.entries(commands)) {
    context.subscriptions.push(vscode.commands.registerCommand(id, command(app)));
  }
}
