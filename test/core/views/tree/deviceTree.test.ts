import { describe, expect, test } from "vitest";
import { englishDeviceLabels } from "../../../../src/core/views/tree/deviceLabels";
import type { Diagnosis } from "../../../../src/core/experiment/diagnosis";
import type { DeviceSource } from "../../../../src/core/views/tree/deviceTree";
import type { PlainRow } from "../../../../src/core/views/tree/treeRow";
import { deviceRows } from "../../../../src/core/views/tree/deviceTree";

const none: DeviceSource = {
  ...{ report: undefined, isChecking: false, runs: [], ownRssBytes: 200 << 20 },
  ...{ labels: englishDeviceLabels, locale: "en" },
};

const machine: Diagnosis = {
  ...{ platform: "linux-x64", processor: "A CPU", cores: 8, totalMemoryBytes: 32 * 2 ** 30, freeMemoryBytes: 2 ** 30 },
  ...{ freeDiskBytes: 2 ** 40, onnxRuntime: "1.30.0", sharp: "0.35.5", ffmpeg: "7.1", node: "24.1.0" },
  devices: [
    { device: "cpu", runs: true },
    { device: "webgpu", runs: true, remark: "it is no hardware." },
    { device: "cuda", runs: false, remark: "no NVIDIA device." },
  ],
};
const report = { diagnosis: machine, checkedAt: "2026-01-02T03:04:05Z" };

const texts = (rows: readonly PlainRow[]): string[] => rows.map(({ label, description }) => `${label}: ${description}`);

describe("the rows of the device view", () => {
  test("there are none before anything is known, so that the view says what to do", () => {
    expect(deviceRows(none)).toEqual([]);
  });

  test("a run shows the device that really runs it, why better ones were passed over, and its memory", () => {
    const progress = {
      ...{ step: 1, epoch: 1, rssBytes: 300 << 20 },
      device: { name: "cpu", wanted: "auto", fallbacks: ["CUDA was passed over: no driver."] },
    };
    const [run, ...rest] = deviceRows({
      ...none,
      runs: [{ directory: "/r", name: "emoji · unipt · 0", pid: 42, progress }],
    });
    expect(texts([run!])).toEqual(["emoji · unipt · 0: runs on cpu"]);
    expect(texts(run!.children)).toEqual([
      "Asked for: auto",
      "Fell back: CUDA was passed over: no driver.",
      "Memory of its process: 300 MiB",
      "Process: 42",
    ]);
    expect(texts(rest)).toEqual([
      "Check this machine: ",
      "Run workers: 1 running",
      "Extension's own process: resident 200 MiB, with everything else in it",
    ]);
  });

  test("a report says of each device whether it runs, and which one auto takes", () => {
    expect(texts(deviceRows({ ...none, report })).slice(0, 3)).toEqual([
      "cpu: runs, taken by auto",
      "webgpu: runs: it is no hardware.",
      "cuda: does not run: no NVIDIA device.",
    ]);
    const devices = [
      { device: "cpu", runs: true },
      { device: "webgpu", runs: true },
      { device: "cuda", runs: true },
    ];
    const better = { ...report, diagnosis: { ...machine, devices } };
    expect(texts(deviceRows({ ...none, report: better })).slice(0, 3)).toEqual([
      "cpu: runs",
      "webgpu: runs",
      "cuda: runs, taken by auto",
    ]);
  });

  test("rows have identifiers of their own, and a name for screen readers that says everything", () => {
    const rows = deviceRows({ ...none, report, isChecking: true });
    expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
    expect(rows.find(({ id }) => id === "runtime")?.spoken).toBe("ONNX Runtime, 1.30.0");
  });
});
