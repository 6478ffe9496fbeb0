import type { ChildProcess } from "node:child_process";

/** So much of what a process wrote to stderr is kept to explain its death. */
const STDERR_TAIL_CHARACTERS = 4000;

/** How a process ended. */
export interface ProcessDeath {
  /** As a sentence, with the last lines of stderr where they explain anything. */
  readonly reason: string;
  /** Undefined when a signal ended it, or it never started. */
  readonly code?: number | undefined;
  readonly signal?: NodeJS.Signals | undefined;
}

/** Resolves when a process that was just started is gone. @param name what to call it, for example "worker" */
export function processDeath(child: ChildProcess, name: string): Promise<ProcessDeath> {
  let tail = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    tail = (tail + text).slice(-STDERR_TAIL_CHARACTERS);
  });
  return new Promise((resolve) => {
    child.once("error", (error) => resolve({ reason: `The ${name} process could not be started: ${error.message}.` }));
    // The event "close" does not come once we have disconnected, so the end of stderr is waited for here.
    child.once("exit", (code, signal) => {
      const settle = (): void =>
        resolve({
          reason: describeExit(name, code, signal, tail),
          code: code ?? undefined,
          signal: signal ?? undefined,
        });
      if (!child.stderr || child.stderr.destroyed) settle();
      else child.stderr.once("close", settle);
    });
  });
}

function describeExit(name: string, code: number | null, signal: NodeJS.Signals | null, stderr: string): string {
  if (/JavaScript heap out of memory/.test(stderr)) return `The ${name} process ran out of JavaScript memory.`;
  if (signal === "SIGKILL" && name === "worker")
    return `The ${name} process was killed (SIGKILL); if you did not do that, the system ran out of memory: use a smaller batchSize or fewer --jobs.`;
  const lines = stderr.trim().split("\n").slice(-12).join("\n");
  const said = lines === "" ? "." : `:\n${lines}`;
  if (signal) return `The ${name} process crashed (${signal})${said}`;
  return code === 0 ? `The ${name} process ended.` : `The ${name} process ended with exit code ${code ?? "?"}${said}`;
}
