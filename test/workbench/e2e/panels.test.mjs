// Every panel on the sample's finished runs: what it shows, in high contrast, and whether assistive technology can use it.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, afterEach, before, describe, test } from "node:test";
import { projectFolder } from "../lib/paths.mjs";
import { openSession, policyViolations, requestsOfExtension } from "../lib/session.mjs";
import { choose, chooseAll, runCommand, setTheme, showSidebar, treeRows, webview } from "../lib/workbench.mjs";
import { until } from "../lib/processes.mjs";

/* global window, document -- functions given to `evaluate` run in the page */

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const unipt = "emoji-scenes.unipt.seed1";

describe("panels on a finished run", { timeout: 600_000 }, () => {
  let session, page;
  before(async () => {
    session = await openSession({ workspace: { from: join(projectFolder, ".cache/sample") } });
    page = session.page;
    await showSidebar(page, "UniPT");
    await until(
      "finished runs",
      async () => (await treeRows(page).allInnerTexts()).some((row) => /rSum/.test(row)),
      90_000,
    );
  });
  afterEach((t) => session.showFailure(t));
  after(() => session?.close());

  const text = async (frame) => (await frame.locator("body").innerText()).replaceAll(/\s+/g, " ");
  const says = (frame, pattern) =>
    until(`${pattern} in the panel`, async () => pattern.test(await text(frame)), 60_000);
  const pickUnipt = () => choose(page, "unipt · seed 1");

  async function findings(frame) {
    // Scripts of a page's own policy would refuse a script element; evaluated code is the driver's.
    await frame.evaluate(axe);
    const { violations } = await frame.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
    return violations
      .filter(({ impact }) => impact === "serious" || impact === "critical")
      .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(" | ")}`);
  }

  async function inHighContrast(name, title) {
    await setTheme(page, "Dark High Contrast");
    const frame = await webview(page, title);
    await frame.locator("body.vscode-high-contrast").waitFor();
    assert.deepEqual(await findings(frame), []);
    await session.screenshot(`${name}-high-contrast`);
    await setTheme(page, "Dark Modern");
  }

  test("run dashboard", async () => {
    await runCommand(page, "UniPT: Open Run Dashboard");
    await pickUnipt();
    const frame = await webview(page, unipt);
    await says(frame, /Completed/);
    assert.match(await text(frame), /Best validation rSum/);
    assert.ok((await frame.locator("canvas, svg").count()) >= 2, "charts are drawn");
    assert.deepEqual(await findings(frame), []);
    await session.screenshot("dashboard");
    await inHighContrast("dashboard", unipt);
  });

  test("layer lens", async () => {
    await runCommand(page, "UniPT: Inspect Aggregation Weights");
    await pickUnipt();
    const frame = await until(
      "layer lens",
      async () => {
        const found = await webview(page, unipt);
        return /confidence/i.test(await text(found)) && found;
      },
      60_000,
    );
    const shown = await text(frame);
    assert.match(shown, /expanded_conv_2/);
    assert.match(shown, /not importance|importance/i, "says what confidence is not");
    assert.deepEqual(await findings(frame), []);
    await session.screenshot("layer-lens");
    await inHighContrast("layer-lens", unipt);
  });

  test("comparison", async () => {
    await runCommand(page, "UniPT: Compare Runs");
    await chooseAll(page);
    const frame = await webview(page, "ompar");
    await says(frame, /linear-probe/);
    assert.match(await text(frame), /unipt/);
    assert.deepEqual(await findings(frame), []);
    await session.screenshot("comparison");
    await inHighContrast("comparison", "ompar");
  });

  test("backbone explorer", async () => {
    await runCommand(page, "UniPT: Explore Backbone");
    await choose(page, "centernet");
    const frame = await webview(page, "centernet.onnx");
    await says(frame, /expanded_conv_2/);
    assert.deepEqual(await findings(frame), []);
    await session.screenshot("backbone-explorer");
    await inHighContrast("backbone-explorer", "centernet.onnx");
  });

  test("results browser", async () => {
    await runCommand(page, "UniPT: Browse Results");
    await pickUnipt();
    const frame = await webview(page, "esults");
    await says(frame, /a (small|large) \w+ on an? \w+ background/);
    assert.deepEqual(await findings(frame), []);
    await session.screenshot("results");
    await inHighContrast("results", "esults");
  });

  test("nothing was asked of another machine, and no policy was violated", () => {
    assert.deepEqual(requestsOfExtension(session), []);
    assert.deepEqual(policyViolations(session), []);
  });
});
