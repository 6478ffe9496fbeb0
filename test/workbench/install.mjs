// Installs what drives a real workbench: the packages of this folder, and those of the VS Code server inside code-server.
// Nothing but the npm registry is asked, no install script runs and nothing is compiled.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, lstatSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL(".", import.meta.url));
const server = join(folder, "node_modules", "code-server", "lib", "vscode");

/** Parts of the server that no test and no visitor of the workbench needs, about 220 MB. */
const unneeded = [
  "node_modules/@github/copilot-sdk-linux-x64",
  "node_modules/@microsoft/mxc-sdk",
  "extensions/copilot",
];

/** Whether a workbench can be had on this machine: the server's Node is a package for this platform alone. */
export const hasWorkbench = process.platform === "linux" && process.arch === "x64";

/** Installs what drives the workbench and packs the extension; afterwards it costs nothing, while the lock file is the same. */
export function installDriver({ output = "inherit" } = {}) {
  once("driver", () => {
    if (lstatSync(join(folder, "node_modules"), { throwIfNoEntry: false })?.isSymbolicLink())
      throw new Error(`${folder}node_modules is a link to packages of another version; remove the link.`);
    npm(["ci", "--ignore-scripts"], folder, output);
  });
}

/** Installs that and the server's own packages, likewise once. */
export function installWorkbench({ output = "inherit" } = {}) {
  if (!hasWorkbench) throw new Error("The VS Code server runs on Linux with an x64 processor only.");
  installDriver({ output });
  once("server", () => {
    // `npm ci` fails here, because the server's own lock file lacks a package. What cannot be built without a compiler costs
    // the server its log files only.
    npm(["install", "--omit=dev", "--ignore-scripts"], server, output);
    for (const path of unneeded) rmSync(join(server, path), { recursive: true, force: true });
  });
}

function once(what, install) {
  const stamp = join(folder, "node_modules", `.${what}-ready`);
  const lock = createHash("sha256")
    .update(readFileSync(join(folder, "package-lock.json")))
    .digest("hex");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === lock) return;
  install();
  writeFileSync(stamp, lock);
}

function npm(args, cwd, output) {
  const stdio = ["ignore", output === "stderr" ? process.stderr : "inherit", "inherit"];
  const { status } = spawnSync("npm", [...args, "--no-fund", "--no-audit", "--loglevel=error"], { cwd, stdio });
  if (status !== 0) throw new Error(`npm ${args[0]} failed in ${cwd}.`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) installWorkbench();
