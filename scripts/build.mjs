// Bundles the extension host, worker, command line and sample builder (Node) and the webviews (browser) into dist/.
//   --minify    smaller, without source maps, as in a release
import { chmodSync, cpSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { leanZod } from "./leanZod.mjs";
import { splitBundle } from "./splitBundle.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const style = process.argv.includes("--minify") ? { minify: true } : { sourcemap: true };

rmSync(`${root}dist`, { recursive: true, force: true });

const node = {
  absWorkingDir: root,
  bundle: true,
  platform: "node",
  format: "cjs",
  target: "node20",
  outdir: "dist",
  // Some packages' main file requires its parts in a way that bundlers cannot follow.
  mainFields: ["module", "main"],
  // Native packages locate their binaries at run time, so they stay outside the bundles.
  external: ["vscode", "onnxruntime-node", "sharp"],
  plugins: [leanZod],
  logLevel: "warning",
  ...style,
};

await splitBundle({
  ...node,
  outdir: `${root}dist`,
  entryPoints: { extension: "src/extension/extension.ts" },
});
await build({ ...node, entryPoints: { worker: "src/engine/worker.ts", samples: "samples/main.ts" } });
await build({ ...node, entryPoints: { cli: "src/cli/main.ts" }, banner: { js: "#!/usr/bin/env node" } });
chmodSync(`${root}dist/cli.js`, 0o755);
await build({
  absWorkingDir: root,
  bundle: true,
  platform: "browser",
  format: "iife",
  target: "es2022",
  outdir: "dist/webview",
  entryPoints: { runDashboard: "webview/runDashboard/main.ts", layerLens: "webview/layerLens/main.ts" },
  logLevel: "warning",
  ...style,
});
for (const [folder, file] of [
  ["shared", "shared.css"],
  ["runDashboard", "runDashboard.css"],
  ["layerLens", "layerLens.css"],
]) {
  cpSync(`${root}webview/${folder}/${file}`, `${root}dist/webview/${file}`);
}
