import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";

/** Ends a process group that was started with `detached: true`; quiet when it is gone already. */
export function endGroup(pid, signal) {
  try {
    process.kill(-pid, signal);
  } catch {
    // Gone already.
  }
}

/**
 * Processes that work below a folder of ours, by their command line, environment or working directory: runs survive the
 * server on purpose, so that they do not belong to its process group.
 */
export function processesBelow(folder) {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => ["cmdline", "environ", "cwd"].some((what) => proc(pid, what).includes(folder)))
    .map(Number);
}

/** Command line of a process, its arguments parted by NUL; empty when it is gone. */
export const commandLine = (pid) => proc(pid, "cmdline");

function proc(pid, what) {
  try {
    return what === "cwd" ? readlinkSync(`/proc/${pid}/cwd`) : readFileSync(`/proc/${pid}/${what}`, "latin1");
  } catch {
    return "";
  }
}

export function endProcessesBelow(folder) {
  for (const pid of processesBelow(folder)) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // Gone already.
    }
  }
}

const cleanups = new Set();
let isWatching = false;

/** Runs `cleanup` (which must be synchronous) when this process ends in whatever way that can be caught; returns an undo. */
export function onEnd(cleanup) {
  cleanups.add(cleanup);
  if (!isWatching) {
    isWatching = true;
    process.once("exit", () => {
      for (const each of cleanups) each();
    });
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.once(signal, () => process.exit(130));
    // A reader that goes away (`| head`) must not leave a server behind.
    process.stdout.on("error", (error) => {
      if (error.code === "EPIPE") process.exit(1);
    });
  }
  return () => cleanups.delete(cleanup);
}

/** Asks until the answer is truthy. @throws Error that says what was waited for */
export async function until(what, question, timeoutMs = 30_000, everyMs = 50) {
  for (const end = Date.now() + timeoutMs; ; await pause(everyMs)) {
    const answer = await question();
    if (answer) return answer;
    if (Date.now() > end) throw new Error(`After ${timeoutMs} ms there is still no ${what}.`);
  }
}
