import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";

const root = join(import.meta.dirname, "..", "..");

export interface CliResult {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningCli {
  readonly child: ChildProcess;
  readonly ended: Promise<CliResult>;
  /** Ends it and every process it started, as a power cut would. */
  kill9(): void;
}

/** The command line, the conductor and the worker as users run them: bundled, in processes of their own. */
export class TestCli {
  private constructor(readonly folder: string) {}

  /** Bundles within the project, where the native packages are found. @param extra other programs by name */
  static async bundle(extra: Readonly<Record<string, string>> = {}): Promise<TestCli> {
    const folder = join(root, ".cache", `test-cli-${process.pid}`);
    await mkdir(folder, { recursive: true });
    await build({
      absWorkingDir: root,
      bundle: true,
      platform: "node",
      format: "cjs",
      target: "node20",
      mainFields: ["module", "main"],
      outdir: folder,
      external: ["onnxruntime-node", "sharp"],
      logLevel: "error",
      entryPoints: {
        cli: "src/cli/main.ts",
        conductor: "src/jobs/conductorMain.ts",
        worker: "src/engine/worker.ts",
        ...extra,
      },
    });
    return new TestCli(folder);
  }

  start(...args: readonly string[]): RunningCli {
    // A process group of its own: the signal of kill9 then reaches the workers too.
    const child = spawn(process.execPath, [join(this.folder, "cli.js"), ...args], {
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let [stdout, stderr] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    const ended = new Promise<CliResult>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code, signal) => resolve({ code, signal, stdout, stderr }));
    });
    return { child, ended, kill9: () => killGroup(child.pid) };
  }

  run(...args: readonly string[]): Promise<CliResult> {
    return this.start(...args).ended;
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined || pid <= 1) throw new Error("The process was not started.");
  process.kill(-pid, "SIGKILL");
}
