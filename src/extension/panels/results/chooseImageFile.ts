import * as vscode from "vscode";

/** What the engine decodes. */
const extensions = ["png", "jpg", "jpeg", "webp", "gif", "avif", "tif", "tiff"];

/**
 * Has the user choose an image file.
 * @returns its path; undefined when none was chosen
 */
export async function chooseImageFile(): Promise<string | undefined> {
  const [chosen] =
    (await vscode.window.showOpenDialog({
      title: vscode.l10n.t("Search with Image File"),
      openLabel: vscode.l10n.t("Search"),
      filters: { [vscode.l10n.t("Images")]: extensions },
    })) ?? [];
  return chosen?.fsPath;
}
