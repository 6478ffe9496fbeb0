import * as vscode from "vscode";
import { panelKinds, viewType } from "../protocol/panelKind";
import { commands } from "./commands";
import type { RunPanels } from "./panels/runPanels";

/** Composes and registers; behaviour is in the commands. */
export function activate(context: vscode.ExtensionContext): void {
  const log = vscode.window.createOutputChannel("UniPT", { log: true });
  context.subscriptions.push(log);

  let loaded: Promise<RunPanels> | undefined;
  const panels = (): Promise<RunPanels> =>
    (loaded ??= import("./panels/runPanels").then(({ RunPanels: Panels }) => {
      const made = new Panels(context.extensionUri, log);
      context.subscriptions.push(made);
      return made;
    }));
  for (const kind of panelKinds) {
    const serializer: vscode.WebviewPanelSerializer = {
      deserializeWebviewPanel: async (panel, state: unknown) => (await panels()).restore(kind, panel, state),
    };
    context.subscriptions.push(vscode.window.registerWebviewPanelSerializer(viewType(kind), serializer));
  }

  const app = { log, extensionPath: context.extensionPath, panels };
  for (const [id, command] of Object.entries(commands)) {
    context.subscriptions.push(vscode.commands.registerCommand(id, command(app)));
  }
}
