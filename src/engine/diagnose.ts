import { statfs } from "node:fs/promises";
import { availableParallelism, cpus, freemem, totalmem } from "node:os";
import type { DeviceDiagnosis, Diagnosis } from "../core/experiment/diagnosis";
import { findHardware } from "./ort/hardware";
import { onnxRuntime } from "./ort/onnxRuntime";
import { OrtExecutor } from "./ort/ortExecutor";
import { probeLosses } from "./ort/probeStep";
import { type Device, devices } from "./ort/sessionOptions";
import { verifyDevice } from "./ort/verifyDevice";
import { ffmpegVersion } from "./videos/ffmpegVersion";

/** What this machine can do, found out by doing it: each device runs a few training steps. */
export async function diagnose(folder: string): Promise<Diagnosis> {
  const { bavail, bsize } = await statfs(folder);
  const checked: DeviceDiagnosis[] = [];
  for (const device of devices) checked.push(await diagnoseDevice(device));
  return {
    node: process.versions.node,
    platform: `${process.platform}-${process.arch}`,
    processor: cpus()[0]?.model.trim() ?? "unknown",
    cores: availableParallelism(),
    totalMemoryBytes: totalmem(),
    freeMemoryBytes: freemem(),
    freeDiskBytes: bavail * bsize,
    onnxRuntime: await versionOrReason(async () => (await onnxRuntime()).env.versions.node ?? "unknown"),
    sharp: await versionOrReason(async () => (await import("sharp")).default.versions.sharp),
    ffmpeg: await versionOrReason(ffmpegVersion),
    devices: checked,
  };
}

async function diagnoseDevice(device: Device): Promise<DeviceDiagnosis> {
  try {
    const reason = device === "cpu" ? await cpuFails() : await verifyDevice(device);
    if (reason !== undefined) return { device, runs: false, remark: reason };
    const passedOver = findHardware(device);
    return passedOver === undefined ? { device, runs: true } : { device, runs: true, remark: passedOver };
  } catch (error) {
    return { device, runs: false, remark: messageOf(error) };
  }
}

async function cpuFails(): Promise<string | undefined> {
  const losses = await probeLosses(new OrtExecutor());
  return losses.every(Number.isFinite) ? undefined : "The CPU computes losses that are not finite.";
}

async function versionOrReason(version: () => Promise<string>): Promise<string> {
  try {
    return await version();
  } catch (error) {
    return messageOf(error);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
