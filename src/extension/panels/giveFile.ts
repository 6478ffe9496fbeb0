import * as vscode from "vscode";
import type { PanelIntent, TextFormat } from "../../protocol/panelIntent";
import type { TextDocuments } from "./textDocuments";

export interface GivenText {
  readonly format: TextFormat;
  readonly how: "open" | "copy" | "save";
  readonly text: string;
}

const extensions = { csv: "csv", markdown: "md", latex: "tex" } as const;
const filters = { csv: "CSV", markdown: "Markdown", latex: "LaTeX" } as const;

/** Shows a text in the editor, puts it on the clipboard, or has the user choose a file for it. @param name has no extension */
export async function giveText(
  { format, how, text }: GivenText,
  name: string,
  documents: TextDocuments,
): Promise<void> {
  const file = `${name}.${extensions[format]}`;
  if (how === "open") await documents.show(file, text);
  else if (how === "save") await save(file, Buffer.from(text), filters[format], extensions[format]);
  else {
    await vscode.env.clipboard.writeText(text);
    vscode.window.setStatusBarMessage(vscode.l10n.t("Copied to the clipboard."), 3_000);
  }
}

/** @param name has no extension */
export async function saveImage(
  image: Extract<PanelIntent, { kind: "saveSvg" | "savePng" }>,
  name: string,
): Promise<void> {
  if (image.kind === "saveSvg") await save(`${name}.svg`, Buffer.from(image.svg), "SVG", "svg");
  else await save(`${name}.png`, Buffer.from(image.base64, "base64"), "PNG", "png");
}

async function save(name: string, bytes: Uint8Array, filter: string, extension: string): Promise<void> {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const target = await vscode.window.showSaveDialog({
    filters: { [filter]: [extension] },
    ...(folder && { defaultUri: vscode.Uri.joinPath(folder, name) }),
  });
  if (target) await vscode.workspace.fs.writeFile(target, bytes);
}
