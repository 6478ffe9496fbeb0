import type * as vscode from "vscode";

const key = "unipt.pendingSample";
/** A window that takes longer to open was probably never opened. */
const patienceMs = 120_000;

interface Pending {
  /** URI of the folder. */
  readonly folder: string;
  /** Milliseconds since 1970. */
  readonly asked: number;
}

/** Remembers across windows that the sample in this folder is to be shown when its window is there. */
export async function expectSample(state: vscode.Memento, folder: vscode.Uri): Promise<void> {
  await state.update(key, { folder: folder.toString(), asked: Date.now() } satisfies Pending);
}

/** Whether this window is the one that was being opened for the sample; asked and answered once. */
export async function takeExpectedSample(
  state: vscode.Memento,
  folders: readonly vscode.WorkspaceFolder[] | undefined,
): Promise<vscode.Uri | undefined> {
  const pending = state.get<Pending>(key);
  const folder = folders?.find(({ uri }) => uri.toString() === pending?.folder);
  if (pending === undefined || folder === undefined) return undefined;
  await state.update(key, undefined);
  return Date.now() - pending.asked < patienceMs ? folder.uri : undefined;
}
