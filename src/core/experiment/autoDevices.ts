import type { DeviceName } from "./tasks/commonConfig";

const preferences: Readonly<Record<string, readonly Exclude<DeviceName, "auto">[]>> = {
  linux: ["cuda", "webgpu"],
  win32: ["dml", "webgpu"],
  darwin: ["coreml", "webgpu"],
};

/** What `auto` tries before the CPU, best first. @param platform Node's name of the operating system */
export function autoDevices(platform: string): readonly Exclude<DeviceName, "auto">[] {
  return preferences[platform] ?? [];
}
