import * as vscode from "vscode";
import { formatter } from "../../core/views/format";
import { escapeMarkdown, markdownTable } from "../../core/views/markdown";
import type { Diagnosis } from "../../core/experiment/diagnosis";
import type { App } from "../app";
import type { MachineReport } from "../sidebar/machineCheck";
import { requireTrust } from "./requireTrust";
import type { Reports } from "./reports";

/** Tries every device with training steps, and shows what runs, what does not and why, and what to do about it. */
export async function doctor(app: App, reports: Reports): Promise<void> {
  requireTrust();
  const title = vscode.l10n.t("Checking this machine …");
  const report = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title, cancellable: true },
    (_progress, token) => app.machine.check(token),
  );
  await reports.show(vscode.l10n.t("This Machine"), machineText(report, versionOf(app)));
}

export function versionOf({ context }: Pick<App, "context">): string {
  return String((context.extension.packageJSON as { readonly version?: unknown }).version);
}

/** The report as Markdown. */
export function machineText({ diagnosis, checkedAt }: MachineReport, version: string): string {
  const { bytes } = formatter(vscode.env.language);
  const { totalMemoryBytes, freeMemoryBytes, freeDiskBytes, devices } = diagnosis;
  const best = devices.find(({ device, runs, remark }) => device !== "cpu" && runs && remark === undefined);
  const facts = [
    ["UniPT Lab", version],
    ["VS Code", `${vscode.version}${vscode.env.remoteName === undefined ? "" : ` (${vscode.env.remoteName})`}`],
    ["Node", diagnosis.node],
    ["ONNX Runtime", diagnosis.onnxRuntime],
    ["sharp", diagnosis.sharp],
    ["ffmpeg", diagnosis.ffmpeg],
    [vscode.l10n.t("System"), `${diagnosis.platform}, ${diagnosis.processor}`],
    [vscode.l10n.t("Cores"), String(diagnosis.cores)],
    [vscode.l10n.t("Memory"), vscode.l10n.t("{0}, {1} free", bytes(totalMemoryBytes), bytes(freeMemoryBytes))],
    [vscode.l10n.t("Disk"), vscode.l10n.t("{0} free in this folder", bytes(freeDiskBytes))],
  ];
  const rows = devices.map(({ device, runs, remark = "" }) => [
    device,
    runs ? vscode.l10n.t("runs") : vscode.l10n.t("does not run"),
    remark,
  ]);
  return [
    `# ${vscode.l10n.t("This machine")}`,
    escapeMarkdown(vscode.l10n.t("Checked {0}.", new Date(checkedAt).toLocaleString(vscode.env.language))),
    markdownTable([vscode.l10n.t("What"), vscode.l10n.t("Found")], facts),
    `## ${vscode.l10n.t("Devices")}`,
    vscode.l10n.t("Each was tried with training steps whose losses were compared with the CPU’s."),
    markdownTable([vscode.l10n.t("Device"), vscode.l10n.t("Verdict"), vscode.l10n.t("Why")], rows),
    vscode.l10n.t("An experiment whose device is “auto” takes {0}.", `**${best?.device ?? "cpu"}**`),
    `## ${vscode.l10n.t("What to do")}`,
    ...advice(diagnosis).map((line) => `- ${line}`),
    "",
  ].join("\n\n");
}

function advice({ devices, freeMemoryBytes, freeDiskBytes, platform }: Diagnosis): readonly string[] {
  const runs = (name: string): boolean => devices.some(({ device, runs: does }) => device === name && does);
  const lines: string[] = [];
  if (!runs("cpu"))
    lines.push(
      vscode.l10n.t("Not even the CPU runs: look at “ONNX Runtime” above; on Linux it needs glibc 2.28 or newer."),
    );
  if (!devices.some(({ device, runs: does }) => device !== "cpu" && does))
    lines.push(
      vscode.l10n.t(
        "No GPU runs. That is fine for cached features: UniPT’s own steps are small. For a GPU, install its current driver (Vulkan on Linux) and check again.",
      ),
    );
  if (platform.startsWith("linux") && !runs("cuda"))
    lines.push(
      vscode.l10n.t(
        "CUDA needs an NVIDIA driver and ONNX Runtime’s CUDA library, which its package fetches only on request; WebGPU needs neither.",
      ),
    );
  if (freeMemoryBytes < 2 * 2 ** 30)
    lines.push(vscode.l10n.t("Little memory is free: close other programs or use a smaller training.batchSize."));
  if (freeDiskBytes < 5 * 2 ** 30)
    lines.push(
      vscode.l10n.t("Little disk is free: cached features may need gigabytes; “unipt clean” removes old ones."),
    );
  return lines.length > 0 ? lines : [vscode.l10n.t("Nothing: this machine is ready.")];
}
