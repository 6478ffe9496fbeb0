import { execFileSync, spawn } from "node:child_process";
import { cpSync, createWriteStream, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { modernNode, serverMain } from "./paths.mjs";
import { endGroup, endProcessesBelow, onEnd } from "./processes.mjs";

/** Settings of every server: no network, nothing that covers or moves what is looked at. */
const quietSettings = {
  "workbench.colorTheme": "Dark Modern",
  "window.autoDetectColorScheme": false,
  "workbench.startupEditor": "none",
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "workbench.tips.enabled": false,
  "chat.disableAIFeatures": true,
  "telemetry.telemetryLevel": "off",
  "extensions.autoUpdate": false,
  "extensions.autoCheckUpdates": false,
  "extensions.ignoreRecommendations": true,
  "git.enabled": false,
  "update.mode": "none",
  "window.commandCenter": false,
};

/**
 * Starts a VS Code server on a free port of this machine. Everything it writes is in one temporary folder that goes with it.
 *
 * @param vsix extensions to install
 * @param workspace folder to copy into the workspace (`{ from }`), to use as it is (`{ folder }`), or files by path (`{ files }`)
 * @param isTrusted false: the workspace is opened in Restricted Mode
 * @param isDevelopment lets `url()` load an extension from a folder and run a test suite
 */
export async function startServer({
  vsix = [],
  settings = {},
  workspace = {},
  isTrusted = true,
  isDevelopment = false,
  env: extraEnv = {},
  args: extraArgs = [],
} = {}) {
  const root = mkdtempSync(join(tmpdir(), "unipt-workbench-"));
  const forget = onEnd(() => cleanUp());
  let child;
  const cleanUp = () => {
    if (child) endGroup(child.pid, "SIGKILL");
    endProcessesBelow(root);
    rmSync(root, { recursive: true, force: true, maxRetries: 3 });
  };
  const folder = (name) => {
    mkdirSync(join(root, name), { recursive: true });
    return join(root, name);
  };
  const home = folder("home");
  const workspaceFolder = workspace.folder ? resolve(workspace.folder) : folder("workspace");
  if (workspace.from) cpSync(workspace.from, workspaceFolder, { recursive: true });
  for (const [path, text] of Object.entries(workspace.files ?? {})) {
    mkdirSync(dirname(join(workspaceFolder, path)), { recursive: true });
    writeFileSync(join(workspaceFolder, path), text);
  }
  writeFileSync(join(folder("user/User"), "settings.json"), JSON.stringify({ ...quietSettings, ...settings }));

  const env = { ...process.env, ...extraEnv, HOME: home, XDG_CONFIG_HOME: join(home, ".config") };
  for (const name of Object.keys(env)) if (/^(VSCODE_|ELECTRON_|NODE_OPTIONS$|npm_)/.test(name)) delete env[name];
  const folders = ["--server-data-dir", folder("server"), "--user-data-dir", folder("user")];
  const common = [serverMain(), "--accept-server-license-terms", ...folders, "--extensions-dir", folder("extensions")];
  for (const file of vsix) {
    const install = [...common, "--install-extension", resolve(file), "--force"];
    execFileSync(modernNode(), install, { env, stdio: ["ignore", "ignore", "pipe"] });
  }
  const log = createWriteStream(join(root, "server.log"));
  const network = ["--host", "127.0.0.1", "--port", "0", "--without-connection-token", "--telemetry-level", "off"];
  const mode = [
    ...(isTrusted ? ["--disable-workspace-trust"] : []),
    // Without it a built workbench passes over what `url()` says about extensions under development.
    ...(isDevelopment ? ["--enable-smoke-test-driver"] : []),
  ];
  child = spawn(modernNode(), [...common, ...network, ...mode, ...extraArgs], {
    env,
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  child.stderr.pipe(log, { end: false });
  const gone = new Promise((resolveGone) => child.once("exit", resolveGone));
  const port = await listening(child, log);
  const authority = `127.0.0.1:${port}`;
  return {
    root,
    workspaceFolder,
    authority,
    extensionsFolder: join(root, "extensions"),
    logFile: join(root, "server.log"),
    /** Address of the workbench on a folder (null: on none); `payload` is for the workbench itself. */
    url({ folder: opened = workspaceFolder, payload } = {}) {
      const query = new URLSearchParams(opened === null ? { ew: "true" } : { folder: opened });
      if (payload) query.set("payload", JSON.stringify(payload));
      return `http://${authority}/?${query}`;
    },
    remoteUri: (path) => `vscode-remote://${authority}${resolve(path)}`,
    async stop() {
      forget();
      endGroup(child.pid, "SIGTERM");
      await Promise.race([gone, pause(5_000, undefined, { ref: false })]);
      log.end();
      cleanUp();
    },
  };
}

function listening(child, log) {
  return new Promise((resolve, reject) => {
    let output = "";
    const timer = setTimeout(() => reject(new Error(`The server did not start:\n${output}`)), 60_000);
    child.once("exit", (code) => reject(new Error(`The server ended with ${code}:\n${output}`)));
    child.stdout.on("data", (data) => {
      log.write(data);
      output += data;
      const port = /Extension host agent listening on (\d+)/.exec(output)?.[1];
      if (port === undefined) return;
      clearTimeout(timer);
      resolve(Number(port));
    });
  });
}
