import * as vscode from "vscode";
import type { App } from "../app";

/** Type of the custom editor, as the manifest names it. */
export const explorerViewType = "unipt.backboneExplorer";

/** Opens `.onnx` files in the backbone explorer, whose code is loaded with the first of them. */
export function registerExplorer(app: App): vscode.Disposable {
  return vscode.window.registerCustomEditorProvider(explorerViewType, {
    // Nothing is read here: a file may be huge, and in an untrusted workspace it must not be touched at all.
    openCustomDocument: (uri: vscode.Uri): vscode.CustomDocument => ({ uri, dispose: () => undefined }),
    resolveCustomEditor: async ({ uri }: vscode.CustomDocument, panel: vscode.WebviewPanel): Promise<void> => {
      const { ExplorerEditor } = await import("./explorerEditor");
      const editor = new ExplorerEditor(app, uri, panel);
      panel.onDidDispose(() => editor.dispose());
    },
  });
}
