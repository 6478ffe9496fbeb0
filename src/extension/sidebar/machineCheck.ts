import * as vscode from "vscode";
import type { Diagnosis } from "../../core/experiment/diagnosis";
import type { Engine } from "../jobs/engine";

/** What a check of this machine found, and when. */
export interface MachineReport {
  readonly diagnosis: Diagnosis;
  /** ISO 8601, UTC. */
  readonly checkedAt: string;
}

/** What this machine can do: found out by doing it, so only when the user asks, and remembered until the next version. */
export interface MachineCheck {
  dispose(): void;
  readonly report: MachineReport | undefined;
  readonly isUnderWay: boolean;
  readonly onDidChange: vscode.Event<void>;
  /** Checks now; a check under way is joined. @throws UserError in an untrusted workspace */
  check(token?: vscode.CancellationToken): Promise<MachineReport>;
}

/** A report holds only for the program that made it, on the machine that it was made on. */
interface Kept extends MachineReport {
  readonly version: string;
  readonly machineId: string;
}

const stateKey = "unipt.machineReport";

export function createMachineCheck(context: vscode.ExtensionContext, engine: Engine): MachineCheck {
  const changed = new vscode.EventEmitter<void>();
  const version = String((context.extension.packageJSON as { readonly version?: unknown }).version);
  const { machineId } = vscode.env;
  const kept = context.globalState.get<Kept>(stateKey);
  let report: MachineReport | undefined = kept?.version === version && kept.machineId === machineId ? kept : undefined;
  let underWay: Promise<MachineReport> | undefined;

  const check = async (token?: vscode.CancellationToken): Promise<MachineReport> => {
    const folder = (vscode.workspace.workspaceFolders?.[0]?.uri ?? context.extensionUri).fsPath;
    const diagnosis = await engine.ask((call) => call("diagnose", { folder }), token);
    const made: Kept = { diagnosis, checkedAt: new Date().toISOString(), version, machineId };
    await context.globalState.update(stateKey, made);
    return (report = made);
  };
  return {
    get report() {
      return report;
    },
    get isUnderWay() {
      return underWay !== undefined;
    },
    onDidChange: changed.event,
    check(token) {
      if (underWay) return underWay;
      underWay = check(token).finally(() => {
        underWay = undefined;
        changed.fire();
      });
      changed.fire();
      return underWay;
    },
    dispose: () => changed.dispose(),
  };
}
