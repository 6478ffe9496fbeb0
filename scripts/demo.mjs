// `npm run demo`: installs, builds, makes the sample data, trains UniPT and three rivals on it, prints the table.
//   -- --json    the results as one JSON object, the last line of stdout; everything else goes to stderr
//   -- --quick   one seed instead of three
// Other options (--device, --threads, --jobs) are passed on to `unipt run`.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { installPackages, run } from "./setup.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const options = process.argv.slice(2);
const sample = "emoji-scenes";
const variants = ["unipt", "linear-probe", "mlp-probe", "stages-probe"];

const say = (text) => process.stderr.write(`${text}\n`);

installPackages({ output: "stderr" });
say("Building …");
run("node", ["scripts/build.mjs"], { output: "stderr" });
say("Making the sample data out of npm packages …");
run("node", ["dist/samples.js", "samples", sample], { output: "stderr" });

const experiment = `samples/${sample}/${sample}.unipt.json`;
const { status } = spawnSync("node", ["dist/cli.js", "run", experiment, "--variant", ...variants, ...options], {
  cwd: root,
  stdio: "inherit",
});
process.exit(status ?? 1);
