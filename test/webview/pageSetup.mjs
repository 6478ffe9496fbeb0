// What all tests of pages share: one browser, the built pages, and what the extension's own code makes for them. Files that run in
// one process (`node --test --test-isolation=none`) share it; a file that runs by itself has its own.
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach } from "node:test";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { openPanel, servePanels } from "./panelPage.mjs";

/* global document, window -- functions given to `evaluate` run in the page */

const root = fileURLToPath(new URL("../..", import.meta.url));
const dist = process.env["UNIPT_DIST"] ?? join(root, "dist");
const chromium = process.env["UNIPT_CHROMIUM"] ?? "/usr/bin/chromium";
const require = createRequire(process.env["UNIPT_BROWSER_PACKAGES"] ?? import.meta.url);

/** A folder for what tests write. */
export const work = mkdtempSync(join(tmpdir(), "unipt-pages-"));
after(() => rmSync(work, { recursive: true, force: true }));

const bundles = ["panelFixtures", "explorerFixtures", "resultsFixtures"];
await build({
  absWorkingDir: root,
  entryPoints: bundles.map((name) => `test/support/${name}.ts`),
  outdir: work,
  outExtension: { ".js": ".cjs" },
  bundle: true,
  platform: "node",
  mainFields: ["module", "main"],
  logLevel: "warning",
});
export const [panelFixtures, explorerFixtures, resultsFixtures] = bundles.map((name) =>
  require(join(work, `${name}.cjs`)),
);

assert.ok(existsSync(join(dist, "webview", "runDashboard.js")), "build the webviews first: npm run build");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const server = await servePanels(dist, panelFixtures.panelPage);
after(() => server.stop());
const args = ["--no-sandbox", "--disable-background-networking"];
const browser = await require("playwright-core").chromium.launch({ executablePath: chromium, headless: true, args });
after(() => browser.close());
// Pages that are left open go on drawing.
afterEach(() => Promise.all(browser.contexts().map((context) => context.close())));

/** Opens a page as the editor would, and waits until it says that it is ready; options are those of `openPanel`. */
export async function openPage(kind, options) {
  const page = await openPanel(browser, server.origin, kind, options);
  await page.waitForFunction(() => window.sentToHost.length > 0);
  return page;
}

/** No error, nothing blocked, nothing fetched from elsewhere, and every message an intent that the host would accept. */
export async function assertClean(page, readers = [panelFixtures.readPanelIntent]) {
  assert.deepEqual(page.problems, []);
  for (const intent of await page.intents())
    assert.deepEqual(
      readers.map((read) => read(intent)).find((read) => read !== undefined),
      intent,
    );
}

export async function assertAccessible(page) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
  assert.deepEqual(found, []);
}

/** Opens a panel on a sample run and sends it what the extension would. */
export async function showRun(kind, runOptions, pageOptions) {
  const content = await panelFixtures.panelContent(kind, await panelFixtures.writeSampleRun(work, runOptions));
  const page = await openPage(kind, pageOptions);
  assert.deepEqual(await page.intents(), [{ kind: "ready" }]);
  await page.receive(content.whole());
  await page.locator("main").waitFor();
  return { page, content };
}

export const chart = (page, name) => page.locator(`[data-chart="${name}"]`);
export const voice = (page, name) => chart(page, name).locator("[aria-live]").textContent();

/** Different colours in a canvas: 1 when nothing was drawn. */
export function colorsOf(canvas) {
  return canvas.evaluate((element) => {
    const { data } = element.getContext("2d").getImageData(0, 0, element.width, element.height);
    return new Set(new Uint32Array(data.buffer)).size;
  });
}
