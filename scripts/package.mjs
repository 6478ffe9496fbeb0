// `npm run package -- --target linux-x64`: builds dist/unipt-lab-<target>-<version>.vsix with that platform's native files and
// nothing but what the lists in scripts/packaging name. Several --target make several files; "all" makes all of them.
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { installPackages, run } from "./setup.mjs";
import { makeSample } from "./makeSample.mjs";
import { extensionFiles } from "./packaging/extensionFiles.mjs";
import { readJson } from "./packaging/files.mjs";
import { nativePackages } from "./packaging/nativePackages.mjs";
import { notices, samplePackages } from "./packaging/notices.mjs";
import { targets } from "./packaging/targets.mjs";
import { installDriver } from "../test/workbench/install.mjs";
// Under a Node of its own, since the packager needs a newer one than the project.
import { modernNode, vsceMain } from "../test/workbench/lib/paths.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const MEGABYTE = 1e6;
const largestExtension = 60 * MEGABYTE;
const largestSample = 25 * MEGABYTE;

const { values } = parseArgs({ options: { target: { type: "string", multiple: true } } });
const wanted = values.target?.includes("all") ? targets : [...new Set(values.target ?? [])];
const unknown = wanted.filter((target) => !targets.includes(target));
if (wanted.length === 0 || unknown.length > 0) {
  const problem = unknown.length > 0 ? `There is no target "${unknown.join('", "')}"` : "Name a target";
  console.error(`${problem}; use --target with one of ${targets.join(", ")}, or all.`);
  process.exit(2);
}

installPackages({ output: "stderr" });
installDriver({ output: "stderr" });
run("node", ["scripts/build.mjs", "--minify"], { output: "stderr" });
const sampleBytes = makeSample();
const bundled = readJson(join(root, ".cache/bundled-packages.json"));
let failed = false;
for (const target of wanted) failed = !packageFor(target) || failed;
process.exit(failed ? 1 : 0);

/** @returns whether it is small enough */
function packageFor(target) {
  const stage = join(root, ".cache/stage", target);
  rmSync(stage, { recursive: true, force: true });
  const native = nativePackages(root, target);
  const files = [...extensionFiles(root), ...native.files];
  for (const { from, to } of files) {
    mkdirSync(dirname(join(stage, to)), { recursive: true });
    cpSync(from, join(stage, to));
  }
  const named = [...bundled, ...samplePackages].map((name) => ({ name, folder: join(root, "node_modules", name) }));
  writeFileSync(join(stage, "THIRD-PARTY-NOTICES.txt"), notices([...named, ...native.packages]));
  writeFileSync(join(stage, "package.json"), `${JSON.stringify(publishedManifest(), undefined, 2)}\n`);
  const list = ["package.json", "THIRD-PARTY-NOTICES.txt", ...files.map(({ to }) => to)];
  writeFileSync(join(stage, ".vscodeignore"), `**\n${list.map((path) => `!${path}`).join("\n")}\n`);

  const file = join(root, "dist", `unipt-lab-${target}-${readJson(join(root, "package.json")).version}.vsix`);
  vsce(stage, ["package", "--target", target, "--out", file, "--no-dependencies"]);
  rmSync(stage, { recursive: true, force: true });
  const bytes = statSync(file).size;
  console.log(
    `${file}\n  ${megabytes(bytes)} in ${list.length} files; the sample takes ${megabytes(sampleBytes)} unpacked`,
  );
  if (bytes > largestExtension)
    console.error(`  More than ${megabytes(largestExtension)}: too large to be installed gladly.`);
  if (sampleBytes > largestSample) console.error(`  The sample is larger than ${megabytes(largestSample)}.`);
  return bytes <= largestExtension && sampleBytes <= largestSample;
}

/** The manifest without what only this project's own development needs. */
function publishedManifest() {
  const manifest = readJson(join(root, "package.json"));
  for (const key of ["scripts", "devDependencies", "dependencies", "private", "bin"]) delete manifest[key];
  return manifest;
}

function megabytes(bytes) {
  return `${(bytes / MEGABYTE).toFixed(1)} MB`;
}

function vsce(folder, args) {
  const { status, stderr, stdout } = spawnSync(modernNode(), [vsceMain(), ...args], { cwd: folder });
  if (status !== 0) throw new Error(`vsce ${args[0]} failed:\n${stdout}\n${stderr}`);
}
