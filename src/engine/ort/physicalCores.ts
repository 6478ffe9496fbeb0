import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";

/**
 * Cores that this process may use. Two hardware threads of one core share its multipliers, so more threads than cores only
 * get in each other's way.
 */
export function physicalCores(): number {
  const usable = availableParallelism();
  if (process.arch !== "x64") return usable; // one hardware thread per core
  const listed = process.platform === "linux" ? coresIn(readFileSync("/proc/cpuinfo", "utf8")) : 0;
  return listed > 0 ? Math.min(listed, usable) : Math.max(1, Math.floor(usable / 2));
}

/** Distinct cores in Linux' /proc/cpuinfo; 0 when it does not name them. */
export function coresIn(cpuinfo: string): number {
  const cores = new Set<string>();
  let socket = "";
  for (const line of cpuinfo.split("\n")) {
    const [key = "", value = ""] = line.split(":").map((part) => part.trim());
    if (key === "physical id") socket = value;
    if (key === "core id") cores.add(`${socket}/${value}`);
  }
  return cores.size;
}
