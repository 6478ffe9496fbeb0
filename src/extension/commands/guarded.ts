import * as vscode from "vscode";
import { Cancelled, RunFailure, UserError } from "../../core/errors";

/**
 * The one place where a command's failure becomes a message: sentences are shown as they are, bugs go to the log with their
 * stack, and what the user cancelled is no failure.
 */
export function guarded<A extends readonly unknown[]>(
  id: string,
  log: vscode.LogOutputChannel,
  handler: (...args: A) => unknown,
): (...args: A) => Promise<unknown> {
  return async (...args) => {
    try {
      return await handler(...args);
    } catch (error) {
      if (error instanceof Cancelled || error instanceof vscode.CancellationError) return undefined;
      void report(id, log, error);
      return undefined;
    }
  };
}

async function report(id: string, log: vscode.LogOutputChannel, error: unknown): Promise<void> {
  const isSentence = error instanceof UserError || error instanceof RunFailure;
  const message = error instanceof Error ? error.message : String(error);
  log.error(`${id}: ${isSentence || !(error instanceof Error) ? message : (error.stack ?? message)}`);
  const showLog = vscode.l10n.t("Show Log");
  const text = isSentence ? message : vscode.l10n.t("UniPT met a fault of its own: {0}", message);
  if ((await vscode.window.showErrorMessage(text, showLog)) === showLog) log.show();
}
