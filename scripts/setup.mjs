// Installs the npm packages when they are missing or older than the lock file. Uses nothing but Node itself.
import { spawnSync } from "node:child_process";
import { existsSync, lstatSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Runs a command in the project folder; its output goes to `output` (stderr keeps stdout clean for `--json`). */
export function run(command, args, { output = "inherit", env = {} } = {}) {
  const stdio = ["ignore", output === "stderr" ? process.stderr : "inherit", "inherit"];
  const shell = process.platform === "win32" && command === "npm";
  const { status } = spawnSync(command, args, { cwd: root, stdio, shell, env: { ...process.env, ...env } });
  if (status !== 0) process.exit(status ?? 1);
}

export function installPackages(options) {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major < 20 || (major === 20 && minor < 20)) {
    console.error(
      `UniPT Lab needs Node 20.20 or newer; this is ${process.version}. Install a newer one and try again.`,
    );
    process.exit(2);
  }
  const installed = `${root}node_modules/.package-lock.json`;
  const current = existsSync(installed) && statSync(installed).mtimeMs >= statSync(`${root}package-lock.json`).mtimeMs;
  if (current) return;
  if (lstatSync(`${root}node_modules`, { throwIfNoEntry: false })?.isSymbolicLink()) {
    // `npm ci` would empty the folder that the link points to, and with it every other working tree that shares it.
    console.error(`${root}node_modules is a link; run "npm ci" in the folder that it points to, or remove the link.`);
    process.exit(2);
  }
  run("npm", ["ci", "--no-fund", "--no-audit", "--loglevel=error"], options);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) installPackages();
