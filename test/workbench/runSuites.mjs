// Runs the tests that need a browser: the panels' pages, the suite in the extension host, and the real workbench from end to end.
//   node test/workbench/runSuites.mjs [part of a suite's name …]
// With UNIPT_VSIX they test that package, else the working tree as it was built last. Ends with "N passed, N failed".
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runExtensionHostSuite } from "./exthost.mjs";
import { chromiumPath, modernNode, outFolder, projectFolder } from "./lib/paths.mjs";

const testsIn = (folder) =>
  readdirSync(join(projectFolder, folder))
    .filter((name) => name.endsWith(".test.mjs"))
    .map((name) => `${folder}/${name}`);

/**
 * @param latestStartMs by the clock: suites in the editor that would begin later are skipped, and counted as such
 * @returns `{ passed, failed, skipped }` of all suites whose names contain one of `wanted`
 */
export async function runSuites(wanted = [], latestStartMs = Infinity) {
  const isWanted = (name) => wanted.length === 0 || wanted.some((part) => name.includes(part));
  const total = { passed: 0, failed: 0, skipped: 0 };
  const add = (counts) => Object.keys(total).forEach((key) => (total[key] += counts[key]));
  mkdirSync(outFolder, { recursive: true });
  const ofPages = testsIn("test/webview").filter(isWanted);
  for (const file of testsIn("test/packaging").filter(isWanted)) add(nodeTest([file]));
  // In one process, so that they share a browser.
  if (ofPages.length > 0) add(nodeTest(ofPages, ["--test-isolation=none"]));
  const inEditor = [
    ["exthost", runExtensionHostSuite],
    ...testsIn("test/workbench/e2e").map((file) => [file, () => nodeTest([file])]),
  ];
  for (const [name, runSuite] of inEditor.filter(([name]) => isWanted(name))) {
    if (Date.now() <= latestStartMs) add(await runSuite());
    else {
      console.log(`${name} was skipped, for the tests before it took so long; npm run test:workbench runs it.`);
      total.skipped++;
    }
  }
  return total;
}

/** Under the server's Node, which can run several files in one process. */
function nodeTest(files, options = []) {
  const counts = join(outFolder, "counts.json");
  rmSync(counts, { force: true });
  const reporters = ["spec", "stdout", fileURLToPath(new URL("countTests.mjs", import.meta.url)), counts];
  const [human, screen, machine, path] = reporters;
  const { status } = spawnSync(
    modernNode(),
    [
      "--test",
      ...options,
      `--test-reporter=${human}`,
      `--test-reporter-destination=${screen}`,
      `--test-reporter=${machine}`,
      `--test-reporter-destination=${path}`,
      ...files,
    ],
    {
      cwd: projectFolder,
      stdio: "inherit",
      env: {
        ...process.env,
        UNIPT_CHROMIUM: chromiumPath,
        UNIPT_BROWSER_PACKAGES: fileURLToPath(new URL("package.json", import.meta.url)),
      },
    },
  );
  try {
    const read = JSON.parse(readFileSync(counts, "utf8"));
    return status !== 0 && read.failed === 0 ? { ...read, failed: 1 } : read;
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { passed, failed, skipped } = await runSuites(process.argv.slice(2));
  console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
  process.exit(failed === 0 ? 0 : 1);
}
