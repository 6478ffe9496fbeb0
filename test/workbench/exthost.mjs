// Runs the mocha suite of exthost/ inside the extension host of a real workbench:
//   node test/workbench/exthost.mjs [part of a file's name]
// With UNIPT_VSIX it tests that package, else the working tree as it was built last. Exit code 1 when a test fails.
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { format } from "node:util";
import { openBrowser, openPage } from "./lib/browser.mjs";
import { projectFolder } from "./lib/paths.mjs";
import { startServer } from "./lib/server.mjs";

const limitMs = 900_000;
const sample = join(projectFolder, "dist/sample");
const entry = fileURLToPath(new URL("exthost/index.cjs", import.meta.url));

/** @returns `{ passed, failed, skipped, figures }` */
export async function runExtensionHostSuite(only = "") {
  const vsix = process.env.UNIPT_VSIX;
  const server = await startServer({
    vsix: vsix ? [vsix] : [],
    isDevelopment: true,
    workspace: { files: { "notes.txt": "An empty workspace.\n" } },
    env: { UNIPT_SUITE: only, ...(vsix && { UNIPT_VSIX: vsix }), ...(existsSync(sample) && { UNIPT_SAMPLE: sample }) },
  });
  const browser = await openBrowser();
  const figures = [];
  let counts = { passed: 0, failed: 1, skipped: 0 };
  try {
    const { page } = await openPage(browser, server.authority);
    await page.exposeFunction("codeAutomationLog", (type, parts) => {
      const line = format(...parts);
      const [, tag, text] = /^\[unipt-(suite|figure)\] (.*)$/s.exec(line) ?? [];
      if (tag === "suite") counts = JSON.parse(text);
      else if (tag === "figure") figures.push(text);
      if (tag === "figure" || !isNoise(line)) console.log(type === "error" ? `! ${line}` : line);
    });
    const ended = new Promise((resolve) => void page.exposeFunction("codeAutomationExit", resolve));
    const name = readdirSync(server.extensionsFolder).find((folder) => folder.startsWith("unipt-lab."));
    const extension = name ? join(server.extensionsFolder, name) : projectFolder;
    const payload = [
      ["extensionDevelopmentPath", server.remoteUri(extension)],
      ["extensionTestsPath", server.remoteUri(entry)],
    ];
    await page.goto(server.url({ payload }), { waitUntil: "commit", timeout: 120_000 });
    let timer;
    const late = new Promise((resolve) => (timer = setTimeout(resolve, limitMs, "late")));
    if ((await Promise.race([ended, late])) === "late") console.error(`The suite did not end within ${limitMs} ms.`);
    clearTimeout(timer);
  } finally {
    await browser.close();
    await server.stop();
  }
  return { ...counts, figures };
}

/** The workbench's own log, which arrives on the same way. */
function isNoise(line) {
  return /^\[|Creating a socket|connection token|getaddrinfo|additional builtin|@vscode\/(spdlog|native-watchdog)|AgentHost|AccountPolicy|Service Worker|reconnection-grace|Timed out waiting for auth|allow-scripts|iframe which has both/.test(
    line,
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { passed, failed, skipped } = await runExtensionHostSuite(process.argv[2]);
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
  process.exit(failed === 0 ? 0 : 1);
}
