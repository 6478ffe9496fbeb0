// A Vulkan driver in software (SwiftShader, part of Debian's chromium package) lets the WebGPU tests run without a GPU.
import { existsSync } from "node:fs";
import { aptInstall } from "./aptInstall.mjs";

const driver = "/usr/lib/chromium/vk_swiftshader_icd.json";
const loader = ["/usr/lib/x86_64-linux-gnu/libvulkan.so.1", "/usr/lib/aarch64-linux-gnu/libvulkan.so.1"];

/** Installs the driver where apt may be used; returns the environment that selects it, or why it is not there. */
export function installSoftwareGpu() {
  const present = () => existsSync(driver) && loader.some(existsSync);
  if (process.platform !== "linux")
    return { available: false, reason: "the software Vulkan driver is installed on Debian only.", env: {} };
  if (!present()) aptInstall(["chromium", "libvulkan1", "fonts-dejavu-core"], "the WebGPU and user-interface tests");
  if (present()) return { available: true, env: { VK_DRIVER_FILES: driver } };
  return {
    available: false,
    reason: "Debian's packages chromium and libvulkan1 are not installed (apt-get install them as root).",
    env: {},
  };
}
