import type { DeviceDiagnosis, Diagnosis } from "../../experiment/diagnosis";
import { autoDevices } from "../../experiment/autoDevices";
import { fill, formatter } from "../format";
import type { RunProgress } from "../runProgress";
import type { DeviceLabels } from "./deviceLabels";
import type { PlainRow, TreeIcon } from "./treeRow";

/** A run under way. */
export interface DeviceRun {
  readonly directory: string;
  readonly name: string;
  readonly pid: number | undefined;
  readonly progress: RunProgress | undefined;
}

export interface DeviceSource {
  readonly report: { readonly diagnosis: Diagnosis; readonly checkedAt: string } | undefined;
  readonly isChecking: boolean;
  readonly runs: readonly DeviceRun[];
  /** Resident memory of the process that the view's code runs in, measured. */
  readonly ownRssBytes: number;
  readonly labels: DeviceLabels;
  /** BCP 47 tag. */
  readonly locale: string;
}

/** Rows of the Device view: runs with the device that really runs them, then what the machine can do, once it was checked. */
export function deviceRows(source: DeviceSource): readonly PlainRow[] {
  const { report, isChecking, runs, labels, locale, ownRssBytes } = source;
  if (!report && !isChecking && runs.length === 0) return [];
  const format = formatter(locale);
  const workers = runs.length === 0 ? labels.workerNone : runs.length === 1 ? labels.workerOne : labels.workers;
  return [
    ...runs.map((run) => runRow(run, labels, locale)),
    ...(isChecking ? [row("checking", labels.checking, "", { name: "loading~spin" })] : []),
    ...(report ? machineRows(report, labels, locale) : []),
    ...(report || isChecking
      ? []
      : [{ ...row("unchecked", labels.unchecked, "", { name: "pulse" }), contextValue: "unchecked" }]),
    row("worker", labels.worker, fill(workers, runs.length), { name: "server-process" }),
    row("editor", labels.editor, fill(labels.editorMemory, format.bytes(ownRssBytes)), { name: "vm" }),
  ];
}

function runRow({ directory, name, pid, progress }: DeviceRun, labels: DeviceLabels, locale: string): PlainRow {
  const format = formatter(locale);
  const { device, rssBytes, deviceBytes } = progress ?? {};
  const id = `run:${directory}`;
  const children = [
    ...(device && device.wanted !== device.name
      ? [row(`${id}:wanted`, labels.askedFor, device.wanted, { name: "question" })]
      : []),
    ...(device?.fallbacks ?? []).map((reason, i) => ({
      ...row(`${id}:fallback${i}`, labels.fallback, reason, { name: "warning", color: "list.warningForeground" }),
      hover: reason,
    })),
    ...(rssBytes === undefined
      ? []
      : [row(`${id}:rss`, labels.resident, format.bytes(rssBytes), { name: "database" })]),
    ...(deviceBytes === undefined
      ? []
      : [row(`${id}:device`, labels.onDevice, format.bytes(deviceBytes), { name: "circuit-board" })]),
    ...(pid === undefined ? [] : [row(`${id}:pid`, labels.processId, String(pid), { name: "server-process" })]),
  ];
  const description = device ? fill(labels.runOn, device.name) : labels.deviceUnknown;
  return { ...row(id, name, description, { name: "loading~spin", color: "charts.blue" }), children };
}

function machineRows(
  { diagnosis, checkedAt }: NonNullable<DeviceSource["report"]>,
  labels: DeviceLabels,
  locale: string,
): readonly PlainRow[] {
  const format = formatter(locale);
  const { devices, processor, cores, totalMemoryBytes, freeMemoryBytes, freeDiskBytes } = diagnosis;
  const [system = ""] = diagnosis.platform.split("-");
  // `auto` passes over devices that have a remark.
  const able = new Map(devices.filter(({ runs, remark }) => runs && remark === undefined).map((d) => [d.device, d]));
  const chosen = [...autoDevices(system), "cpu"].flatMap((name) => able.get(name) ?? [])[0];
  const memory = fill(labels.memoryText, format.bytes(totalMemoryBytes), format.bytes(freeMemoryBytes));
  return [
    ...devices.map((device) => deviceRow(device, device === chosen, labels)),
    row("memory", labels.memory, memory, { name: "database" }),
    row("disk", labels.disk, fill(labels.diskText, format.bytes(freeDiskBytes)), { name: "save" }),
    row("processor", labels.processor, fill(labels.processorText, processor, cores), { name: "circuit-board" }),
    row("runtime", labels.runtime, diagnosis.onnxRuntime, { name: "package" }),
    row("sharp", labels.imageDecoder, diagnosis.sharp, { name: "file-media" }),
    row("ffmpeg", labels.videoDecoder, diagnosis.ffmpeg, { name: "device-camera-video" }),
    row("node", labels.node, `${diagnosis.node}, ${diagnosis.platform}`, { name: "terminal" }),
    row("checkedAt", labels.checkedAt, dateText(checkedAt, locale), { name: "calendar" }),
  ];
}

function deviceRow({ device, runs, remark }: DeviceDiagnosis, isChosen: boolean, labels: DeviceLabels): PlainRow {
  const verdict = isChosen ? labels.chosen : runs ? labels.works : labels.worksNot;
  const icon: TreeIcon = runs
    ? { name: "pass", color: "testing.iconPassed" }
    : { name: "circle-slash", color: "descriptionForeground" };
  const description = remark === undefined ? verdict : `${verdict}: ${remark}`;
  return { ...row(`device:${device}`, device, description, icon), ...(remark !== undefined && { hover: remark }) };
}

function row(id: string, label: string, description: string, icon: TreeIcon): PlainRow {
  const spoken = description === "" ? label : `${label}, ${description}`;
  return { id, label, description, icon, contextValue: "fact", spoken, children: [] };
}

function dateText(iso: string, locale: string): string {
  return new Date(iso).toLocaleString(locale, { dateStyle: "medium", timeStyle: "short" });
}
