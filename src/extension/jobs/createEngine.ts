import type * as vscode from "vscode";
import type { Engine } from "./engine";

/** Workers for single questions. */
export function createEngine(_extension: vscode.Uri, _log: vscode.LogOutputChannel): Engine {
  const later = (): Promise<never> => Promise.reject(new Error("Not built yet."));
  return { open: later, ask: later, dispose: () => undefined };
}
