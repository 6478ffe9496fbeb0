// `npm run workbench`: builds, and serves a VS Code with the extension and the sample workspace to a browser on this machine, for
// people without a desktop VS Code. Prints the address; Ctrl+C ends it. The
// sample workspace is .cache/workspace/unipt-sample and stays; everything else that was written is gone.
//   -- FOLDER    opens this folder instead of the sample
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { hasWorkbench, installWorkbench } from "../test/workbench/install.mjs";
import { makeSample, sampleWorkspace } from "./makeSample.mjs";
import { installPackages, run } from "./setup.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));

if (!hasWorkbench) {
  console.error(
    "npm run workbench needs Linux on an x64 processor. Elsewhere, install the VSIX or press F5 in VS Code.",
  );
  process.exit(2);
}
installPackages();
installWorkbench();
run("node", ["scripts/build.mjs"]);
makeSample();
const folder = process.argv[2] ?? sampleWorkspace();
if (!existsSync(folder)) {
  console.error(`There is no folder ${folder}.`);
  process.exit(2);
}

const { startServer } = await import("../test/workbench/lib/server.mjs");
const server = await startServer({ isDevelopment: true, workspace: { folder: resolve(folder) } });
const payload = [["extensionDevelopmentPath", server.remoteUri(root)]];
console.log(
  `\nUniPT Lab runs at\n\n    ${server.url({ payload })}\n\nOpen the UniPT icon on the left. Ctrl+C ends it.`,
);
