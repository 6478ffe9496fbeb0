import { join } from "node:path";
import * as vscode from "vscode";
import { ExperimentConfig } from "../../core/experiment/experimentConfig";
import type { JobRecord, JobState } from "../../core/experiment/jobRecord";
import { jobFiles } from "../../jobs/jobFiles";
import type { JobEnd, JobHandle } from "../../jobs/jobHandle";
import { jobOutcome, remainingRuns } from "../../jobs/jobOutcome";
import type { ListedRun } from "../../jobs/runList";

type Continue = (record: JobRecord, runs: readonly ListedRun[]) => Promise<unknown>;

/** What the user is told of jobs: deaths at once, ends when something failed or nobody looked. */
export class JobMessages {
  readonly #log: vscode.LogOutputChannel;
  readonly #continue: Continue;
  /** A run whose process dies again and again is told of once; all of it is in the log. */
  readonly #toldRestarts = new Set<string>();

  constructor(log: vscode.LogOutputChannel, goOn: Continue) {
    this.#log = log;
    this.#continue = goOn;
  }

  tellChange(job: JobHandle, before: JobState): void {
    job.state.runs.forEach(({ state, reason, directory }, index) => {
      const earlier = before.runs[index];
      if (earlier?.state === state && earlier.reason === reason) return;
      const label = labelOf(job.record, index);
      if (state === "restarting") {
        this.#log.warn(`${label}: ${reason ?? state}`);
        const key = `${job.directory} ${index}`;
        if (this.#toldRestarts.has(key)) return;
        this.#toldRestarts.add(key);
        void this.#offer(vscode.window.showWarningMessage, `${label}: ${reason ?? ""}`, job, directory);
      } else if (state === "failed") this.#log.error(`${label}: ${reason ?? state}`);
      else this.#log.info(`${label}: ${state}${directory === undefined ? "" : ` ${directory}`}`);
    });
  }

  async tellEnd(job: JobHandle, end: JobEnd): Promise<void> {
    const { title, runs } = job.record;
    const { completed, failed, left, reason, directory } = jobOutcome(job.state);
    if (end.kind === "died" && left > 0) return this.#offerToGoOn(job, end.reason, left);
    if (failed > 0) {
      const text = vscode.l10n.t("{0}: {1} of {2} failed. {3}", title, failed, runs.length, firstLine(reason));
      return this.#offer(vscode.window.showErrorMessage, text, job, directory);
    }
    if (completed > 0 && !vscode.window.state.focused) {
      const text = vscode.l10n.t("{0}: finished.", title);
      await this.#offer(vscode.window.showInformationMessage, text, job, directory);
    }
  }

  async #offer(
    show: typeof vscode.window.showErrorMessage,
    text: string,
    job: JobHandle,
    directory: string | undefined,
  ): Promise<void> {
    const openDashboard = vscode.l10n.t("Open Run Dashboard");
    const showLog = vscode.l10n.t("Show Log");
    const choice = await show(text, ...(directory === undefined ? [showLog] : [openDashboard, showLog]));
    if (choice === showLog) await this.#showLog(job);
    if (choice === openDashboard && directory !== undefined)
      await vscode.commands.executeCommand("unipt.openRunDashboard", vscode.Uri.file(directory));
  }

  /** The process behind a list is gone, the editor or the machine with it perhaps. */
  async #offerToGoOn(job: JobHandle, reason: string, left: number): Promise<void> {
    const text = vscode.l10n.t(
      "“{0}” was interrupted: {1} Its runs are saved up to their last checkpoints; {2} are left.",
      job.record.title,
      firstLine(reason),
      left,
    );
    const goOn = vscode.l10n.t("Continue");
    const showLog = vscode.l10n.t("Show Log");
    const choice = await vscode.window.showErrorMessage(text, goOn, showLog);
    if (choice === showLog) await this.#showLog(job);
    if (choice !== goOn) return;
    // What lay on the disk meanwhile is checked again.
    const runs = remainingRuns(job.record, job.state).map((run) => ({
      ...run,
      plan: { ...run.plan, config: ExperimentConfig.parse(run.plan.config) },
    }));
    await this.#continue(job.record, runs);
  }

  async #showLog(job: JobHandle): Promise<void> {
    try {
      await vscode.window.showTextDocument(vscode.Uri.file(join(job.directory, jobFiles.log)), { preview: true });
    } catch {
      this.#log.show();
    }
  }
}

function labelOf({ runs }: JobRecord, index: number): string {
  const plan = runs[index]?.plan;
  return plan ? `${plan.experiment} · ${plan.variant} · ${vscode.l10n.t("seed {0}", plan.seed)}` : `run ${index}`;
}

function firstLine(text = ""): string {
  return text.split("\n")[0] ?? "";
}
