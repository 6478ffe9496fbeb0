import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";
import { z } from "zod";
import { errorCode } from "./fileSystem";

/** Identifies a process beyond its number, which is given to others once it has ended. */
export const ProcessIdentity = z.object({
  host: z.string(),
  /** Changes with each start of the machine; "" where the system does not tell. */
  bootId: z.string(),
  /** Processes of other namespaces (containers) are invisible to us, and their numbers mean nothing here. */
  pidNamespace: z.string(),
  pid: z.int().positive(),
  /** When the process started, in the system's own unit; "" where the system does not tell. */
  startTime: z.string(),
});
export type ProcessIdentity = z.infer<typeof ProcessIdentity>;

/** What the system knows about processes; tests bring their own. */
export interface ProcessTable {
  /** This process. */
  self(): ProcessIdentity;
  /** Whether a process lives; `unknown` when only its heartbeat can tell. */
  state(identity: ProcessIdentity): "alive" | "dead" | "unknown";
}

/** The table of the running system: exact on Linux; elsewhere a number in use may belong to a newer process. */
export const systemProcesses: ProcessTable = {
  self() {
    return {
      host: hostname(),
      bootId: tryRead(() => readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()),
      pidNamespace: tryRead(() => readlinkSync("/proc/self/ns/pid")),
      pid: process.pid,
      startTime: startTimeOf(process.pid),
    };
  },

  state(identity) {
    const here = this.self();
    const isVisible =
      identity.host === here.host && identity.bootId === here.bootId && identity.pidNamespace === here.pidNamespace;
    if (!isVisible) return "unknown";
    if (!exists(identity.pid)) return "dead";
    if (identity.startTime === "") return "unknown";
    return startTimeOf(identity.pid) === identity.startTime ? "alive" : "dead";
  },
};

/** Start time of a process in clock ticks since boot: field 22 of /proc/PID/stat, counted after the name in parentheses. */
function startTimeOf(pid: number): string {
  const stat = tryRead(() => readFileSync(`/proc/${pid}/stat`, "utf8"));
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [state, startTime] = [fields[0], fields[19]];
  // A zombie has ended; it only waits for its parent to notice.
  return state === "Z" || startTime === undefined ? "" : startTime;
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) === "EPERM";
  }
}

function tryRead(read: () => string): string {
  try {
    return read();
  } catch {
    return "";
  }
}
