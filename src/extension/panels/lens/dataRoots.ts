import * as vscode from "vscode";
import { nodeFileSystem } from "../../../store/nodeFileSystem";
import { readManifest } from "../../../store/runListing";
import { dataFolders } from "../results/imageRoots";

/**
 * The folders of a run's data set, which the layer lens may show images of. None in an untrusted workspace, whose files say
 * what they like, nor for a run that cannot be read or names but the root of the disk.
 */
export async function dataRoots(directory: string): Promise<readonly vscode.Uri[]> {
  if (!vscode.workspace.isTrusted) return [];
  try {
    return dataFolders(await readManifest(nodeFileSystem, directory)).map((folder) => vscode.Uri.file(folder));
  } catch {
    return [];
  }
}
