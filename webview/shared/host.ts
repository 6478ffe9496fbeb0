import type { ExplorerIntent } from "../../src/protocol/explorerIntent";
import type { PanelIntent } from "../../src/protocol/panelIntent";
import type { ResultsIntent } from "../../src/protocol/resultsIntent";

interface VsCodeApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}

declare function acquireVsCodeApi(): VsCodeApi;

/** The editor may be asked for this once only. */
const api = acquireVsCodeApi();

export function send(intent: PanelIntent | ExplorerIntent | ResultsIntent): void {
  api.postMessage(intent);
}

/** What the page kept over the last reload; not trusted, since an older version may have written it. */
export function loadSaved(): Readonly<Record<string, unknown>> {
  const saved = api.getState();
  return typeof saved === "object" && saved !== null ? { ...saved } : {};
}

export function save(state: Readonly<Record<string, unknown>>): void {
  api.setState(state);
}
