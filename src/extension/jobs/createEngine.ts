import * as vscode from "vscode";
import { UserError } from "../../core/errors";
import type { WorkerProcess } from "../../jobs/workerProcess";
import type { Engine, EngineSession } from "./engine";
import type { EngineEvents } from "../../protocol/engine";
import type { Listeners } from "../../protocol/rpc";
import { nodePath } from "./nodePath";

/** Workers for single questions; the module that starts them is loaded with the first. */
export function createEngine(extension: vscode.Uri, log: vscode.LogOutputChannel): Engine {
  const open = new Set<WorkerProcess>();

  const start = async (listeners?: Listeners<EngineEvents>): Promise<WorkerProcess> => {
    // A hidden command can still be called, so trust is checked where processes are started.
    if (!vscode.workspace.isTrusted)
      throw new UserError(vscode.l10n.t("This needs a trusted workspace: it runs models that the workspace holds."));
    const { startWorker } = await import("../../jobs/workerProcess");
    const script = vscode.Uri.joinPath(extension, "dist", "worker.js").fsPath;
    const worker = await startWorker({ script, nodePath: await nodePath() }, listeners);
    log.debug(`Worker ${worker.pid} started.`);
    open.add(worker);
    void worker.death.then(({ reason, code }) => {
      open.delete(worker);
      if (code === 0) log.debug(`Worker ${worker.pid} ended.`);
      else log.warn(`Worker ${worker.pid}: ${reason}`);
    });
    return worker;
  };

  return {
    async open(listeners): Promise<EngineSession> {
      const { call, death, end } = await start(listeners);
      return { call, closed: death.then(({ reason }) => reason), dispose: () => void end() };
    },
    async ask(question, token) {
      if (token?.isCancellationRequested) throw new vscode.CancellationError();
      const worker = await start();
      const cancellation = token?.onCancellationRequested(worker.kill);
      try {
        return await question(worker.call);
      } catch (error) {
        if (token?.isCancellationRequested) throw new vscode.CancellationError();
        throw error;
      } finally {
        cancellation?.dispose();
        void worker.end();
      }
    },
    dispose() {
      for (const worker of open) worker.kill();
    },
  };
}
