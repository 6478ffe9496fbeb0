// `npm test`: installs what is missing, then checks formatting, lint rules, types, unit tests and the command line,
// and ends with "N passed, N failed". The checks run one after the other and all of them are reported.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { readFileSync, rmSync } from "node:fs";
import { installPackages, run } from "./setup.mjs";
import { installSoftwareGpu } from "./softwareGpu.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const report = `${root}.cache/vitest.json`;

installPackages();
const gpu = installSoftwareGpu();
run("node", ["scripts/build.mjs"]);

let passed = 0;
let failed = 0;
let skipped = 0;

function check(name, command, args, env = {}) {
  const { status } = spawnSync(command, args, { cwd: root, stdio: "inherit", env: { ...process.env, ...env } });
  if (status === 0) passed++;
  else failed++;
  console.log(`${status === 0 ? "ok  " : "FAIL"} ${name}`);
}

check("format", "npx", ["--no-install", "prettier", "--check", "--log-level", "warn", "."]);
check("lint", "npx", ["--no-install", "eslint", ".", "--max-warnings", "0"]);
check("types", "npx", ["--no-install", "tsc", "--noEmit"]);
check("webview types", "npx", ["--no-install", "tsc", "--noEmit", "-p", "webview"]);

rmSync(report, { force: true });
const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
const unit = spawnSync("npx", ["--no-install", "vitest", "run", ...reporters], {
  cwd: root,
  stdio: "inherit",
  env: { ...process.env, ...gpu.env },
});
try {
  const { numPassedTests, numFailedTests, numPendingTests, numFailedTestSuites } = JSON.parse(
    readFileSync(report, "utf8"),
  );
  passed += numPassedTests;
  failed += numFailedTests;
  skipped += numPendingTests;
  // A file that cannot even be loaded fails no test of its own.
  if (numFailedTests === 0 && (numFailedTestSuites > 0 || unit.status !== 0)) failed++;
} catch {
  failed++;
}
if (!gpu.available) console.log(`WebGPU tests were skipped: ${gpu.reason}`);
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
process.exit(failed === 0 ? 0 : 1);
