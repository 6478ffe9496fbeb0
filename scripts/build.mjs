// Bundles the extension host, conductor, worker, command line and sample builder (Node) and the webviews (browser) into dist/.
//   --minify    smaller, without source maps, as in a release
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { bundledPackages } from "./packaging/bundledPackages.mjs";
import { leanZod } from "./leanZod.mjs";
import { splitBundle } from "./splitBundle.mjs";
import { writeSchema } from "./writeSchema.mjs";

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
  metafile: true,
  ...style,
};

const extension = await splitBundle({
  ...node,
  outdir: `${root}dist`,
  entryPoints: { extension: "src/extension/extension.ts" },
});
await build({ ...node, entryPoints: { samples: "samples/main.ts" } });
const worker = await build({ ...node, entryPoints: { worker: "src/engine/worker.ts" } });
const conductor = await build({ ...node, entryPoints: { conductor: "src/jobs/conductorMain.ts" } });
const cli = await build({ ...node, entryPoints: { cli: "src/cli/main.ts" }, banner: { js: "#!/usr/bin/env node" } });
chmodSync(`${root}dist/cli.js`, 0o755);
await writeSchema(node, `${root}dist/experiment.schema.json`);

// Each folder of webview/ with a main.ts is a page.
const pages = readdirSync(`${root}webview`).filter((name) => existsSync(`${root}webview/${name}/main.ts`));
const webviews = await build({
  absWorkingDir: root,
  bundle: true,
  platform: "browser",
  format: "iife",
  target: "es2022",
  outdir: "dist/webview",
  entryPoints: Object.fromEntries(pages.map((name) => [name, `webview/${name}/main.ts`])),
  logLevel: "warning",
  metafile: true,
  ...style,
});
for (const folder of ["shared", ...pages])
  for (const file of readdirSync(`${root}webview/${folder}`).filter((name) => name.endsWith(".css")))
    cpSync(`${root}webview/${folder}/${file}`, `${root}dist/webview/${file}`);

// Reference numbers for "Verify Numerics": all but the largest.
const references = `${root}test/golden`;
cpSync(references, `${root}dist/selfcheck`, {
  recursive: true,
  filter: (path) => !/vse_cnn_(eval|train)\.json$/.test(path),
});
// A model and its gradients are found when they lie side by side.
renameSync(`${root}dist/selfcheck/grad-bert.onnx`, `${root}dist/selfcheck/backbones/grad-bert.onnx`);

const shipped = [extension, worker.metafile, conductor.metafile, cli.metafile, webviews.metafile];
mkdirSync(`${root}.cache`, { recursive: true });
writeFileSync(`${root}.cache/bundled-packages.json`, JSON.stringify(bundledPackages(shipped)));
