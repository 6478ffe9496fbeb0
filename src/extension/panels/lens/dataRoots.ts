import { dirname } from "node:path";
import * as vscode from "vscode";
import { nodeFileSystem } from "../../../store/nodeFileSystem";
import { readManifest } from "../../../store/runListing";
import { dataFolderOf } from "./layerInquiry";

/**
 * The folder of a run's data set, which the layer lens may show images of. None in an untrusted workspace, whose files say
 * what they like, nor for a run that cannot be read or names the root of the disk.
 */
export async function dataRoots(directory: string): Promise<readonly vscode.Uri[]> {
  if (!vscode.workspace.isTrusted) return [];
  try {
    const folder = dataFolderOf(await readManifest(nodeFileSystem, directory));
    return folder === dirname(folder) ? [] : [vscode.Uri.file(folder)];
  } catch {
    return [];
  }
}
