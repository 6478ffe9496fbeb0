import { randomBytes } from "node:crypto";
import * as vscode from "vscode";
import { panelHtml } from "./panelHtml";

export interface PageOptions {
  /** Folder of the built extension. */
  readonly dist: vscode.Uri;
  /** Name of the page's script and style sheet. */
  readonly name: string;
  /** What screen readers call the page, where the panel has no title of its own: custom editors have none. */
  readonly title?: string;
  /** Folders beside `dist` that the page may show files of. */
  readonly roots?: readonly vscode.Uri[];
}

/** Loads a page into a webview panel. It may read the built webviews, and nothing else that is not named. */
export function loadPage(
  panel: vscode.WebviewPanel,
  { dist, name, title = panel.title, roots = [] }: PageOptions,
): void {
  const { webview } = panel;
  const pages = vscode.Uri.joinPath(dist, "webview");
  webview.options = { enableScripts: true, localResourceRoots: [pages, ...roots] };
  const uri = (file: string): string => webview.asWebviewUri(vscode.Uri.joinPath(pages, file)).toString();
  webview.html = panelHtml({
    title,
    language: vscode.env.language,
    cspSource: webview.cspSource,
    nonce: randomBytes(24).toString("base64url"),
    script: uri(`${name}.js`),
    styles: [uri("shared.css"), uri(`${name}.css`)],
  });
}
