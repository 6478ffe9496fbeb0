import { existsSync, readdirSync } from "node:fs";
import type { Device } from "./sessionOptions";

/** Vulkan drivers that compute in software: right for tests, slower than the CPU provider. */
const SOFTWARE_DRIVER = /swiftshader|lavapipe|lvp_icd|llvmpipe/i;

/**
 * Says why `auto` need not even try a device on this machine; undefined when it is worth a try. ONNX Runtime does not tell
 * whether a WebGPU adapter is real hardware, so on Linux the kernel's device files have to.
 */
export function findHardware(device: Device): string | undefined {
  switch (device) {
    case "cpu":
      return undefined;
    case "cuda":
      if (process.platform !== "linux") return "CUDA is supported on Linux only.";
      return existsSync("/dev/nvidia0")
        ? undefined
        : "CUDA was passed over: this machine has no NVIDIA device (/dev/nvidia0).";
    case "dml":
      return process.platform === "win32" ? undefined : "DirectML is supported on Windows only.";
    case "coreml":
      return process.platform === "darwin" ? undefined : "Core ML is supported on macOS only.";
    case "webgpu":
      return process.platform === "linux" ? linuxGpu() : undefined;
  }
}

function linuxGpu(): string | undefined {
  const driver = process.env["VK_DRIVER_FILES"] ?? process.env["VK_ICD_FILENAMES"] ?? "";
  if (SOFTWARE_DRIVER.test(driver))
    return "WebGPU was passed over: VK_DRIVER_FILES selects a driver that computes in software.";
  const isGpu =
    existsSync("/dev/nvidia0") ||
    (existsSync("/dev/dri") && readdirSync("/dev/dri").some((name) => name.startsWith("renderD")));
  return isGpu
    ? undefined
    : "WebGPU was passed over: this machine has no GPU device (/dev/dri/renderD*, /dev/nvidia0).";
}
