// The panels' pages in a real browser: what they show, how they are used without a mouse, what they send, and that nothing is
// blocked by their policy or fetched from elsewhere. Run by `node --test`; needs Chromium, playwright-core, axe-core, and the
// built webviews in dist/.
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { openPanel, servePanels } from "./panelPage.mjs";
import { themes } from "./themes.mjs";

/* global Buffer, KeyboardEvent, WheelEvent, document, performance, requestAnimationFrame, structuredClone, window -- functions given to `evaluate` run in the page */

const root = fileURLToPath(new URL("../..", import.meta.url));
const dist = process.env["UNIPT_DIST"] ?? join(root, "dist");
const chromium = process.env["UNIPT_CHROMIUM"] ?? "/usr/bin/chromium";
const require = createRequire(process.env["UNIPT_BROWSER_PACKAGES"] ?? import.meta.url);

let work, fixtures, server, browser, axe;

before(async () => {
  work = mkdtempSync(join(tmpdir(), "unipt-pages-"));
  const bundle = join(work, "fixtures.cjs");
  await build({
    absWorkingDir: root,
    entryPoints: ["test/support/panelFixtures.ts"],
    outfile: bundle,
    bundle: true,
    platform: "node",
    mainFields: ["module", "main"],
    logLevel: "warning",
  });
  fixtures = require(bundle);
  axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
  assert.ok(existsSync(join(dist, "webview", "runDashboard.js")), "build the webviews first: npm run build");
  server = await servePanels(dist, fixtures.panelPage);
  const args = ["--no-sandbox", "--disable-background-networking"];
  browser = await require("playwright-core").chromium.launch({ executablePath: chromium, headless: true, args });
});

after(async () => {
  await browser?.close();
  await server?.stop();
  rmSync(work, { recursive: true, force: true });
});

/** Opens a panel on a sample run and sends it what the extension would. */
async function show(kind, runOptions, pageOptions) {
  const content = await fixtures.panelContent(kind, await fixtures.writeSampleRun(work, runOptions));
  const page = await openPanel(browser, server.origin, kind, pageOptions);
  await page.waitForFunction(() => window.sentToHost.length > 0);
  assert.deepEqual(await page.intents(), [{ kind: "ready" }]);
  await page.receive(content.whole());
  await page.locator("main").waitFor();
  return { page, content };
}

/** Opens the comparison on sample runs: three seeds of UniPT, three of a linear probe, and a run that was cut off. */
async function showComparison(pageOptions, runs = comparedRuns) {
  const directories = [];
  const folder = mkdtempSync(join(work, "compared-"));
  for (const options of runs) directories.push(await fixtures.writeSampleRun(folder, options));
  const content = await fixtures.comparisonContent(directories);
  const page = await openPanel(browser, server.origin, "comparison", pageOptions);
  await page.waitForFunction(() => window.sentToHost.length > 0);
  await page.receive(content.whole());
  await page.locator("main").waitFor();
  return { page, content, directories };
}

const comparedRuns = [
  ...[0, 1, 2].map((seed) => ({ seed })),
  ...[0, 1, 3].map((seed) => ({ seed, isProbe: true })),
  { seed: 3, until: 40 },
];

/** No error, nothing blocked, nothing fetched from elsewhere, and every message an intent that the host would accept. */
async function assertClean(page) {
  assert.deepEqual(page.problems, []);
  for (const intent of await page.intents()) assert.deepEqual(fixtures.readPanelIntent(intent), intent);
}

async function assertAccessible(page) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
  assert.deepEqual(found, []);
}

const chart = (page, name) => page.locator(`[data-chart="${name}"]`);
const voice = (page, name) => chart(page, name).locator("[aria-live]").textContent();

/** Different colours in a canvas: 1 when nothing was drawn. */
function colorsOf(canvas) {
  return canvas.evaluate((element) => {
    const { data } = element.getContext("2d").getImageData(0, 0, element.width, element.height);
    return new Set(new Uint32Array(data.buffer)).size;
  });
}

for (const theme of Object.keys(themes)) {
  describe(`in the ${theme} theme`, () => {
    test("the run dashboard shows a finished run, accessibly, on each tab", async () => {
      const { page } = await show("runDashboard", {}, { theme });
      assert.equal(await page.locator("h1").textContent(), "emoji-scenes · unipt · seed 0");
      assert.equal(await page.locator(".standing").textContent(), "Completed");
      assert.equal(await page.locator(".chart:visible").count(), 7);
      assert.ok((await colorsOf(chart(page, "loss").locator("canvas"))) > 20);
      await assertAccessible(page);
      await page.getByRole("tab", { name: "Memory" }).click();
      await chart(page, "ledger").locator(".legend-fixed").first().waitFor();
      assert.equal(await chart(page, "ledger").locator(".legend-fixed").count(), 8);
      assert.ok((await colorsOf(chart(page, "ledger").locator("canvas"))) > 7);
      assert.ok((await colorsOf(chart(page, "memory").locator("canvas"))) > 20);
      await assertAccessible(page);
      await page.getByRole("tab", { name: "Settings and Events" }).click();
      await page.locator(".event-warning").first().waitFor();
      assert.equal(await page.locator(".event-warning").count(), 2);
      await assertAccessible(page);
      await assertClean(page);
    });

    test("the layer lens shows three layers over eleven evaluations, accessibly", async () => {
      const { page } = await show("layerLens", {}, { theme });
      assert.equal(await chart(page, "heat").locator("svg rect.fill-heat").count(), 33 + 24);
      assert.equal(await chart(page, "interval").locator("svg circle").count(), 3);
      assert.match(await page.locator(".lens-summary").textContent(), /expanded_conv_5\/add weighs most/);
      assert.match(await page.locator(".alert-info").textContent(), /Confidence is not importance/);
      await assertAccessible(page);
      await assertClean(page);
    });

    test("the comparison shows two groups of seeds, accessibly", async () => {
      const { page } = await showComparison({ theme });
      assert.equal(await page.locator(".group-row").count(), 2);
      assert.equal(await page.locator(".chart:visible").count(), 4);
      for (const name of ["loss", "metric.rSum", "scatter", "confidence.image"])
        assert.ok((await colorsOf(chart(page, name).locator("canvas"))) > 10, name);
      await page.getByRole("button", { name: "Runs of unipt" }).click();
      await page.locator(".run-row").first().waitFor();
      await assertAccessible(page);
      await assertClean(page);
    });
  });
}

describe("the run dashboard", () => {
  test("canvases follow when the theme is switched", async () => {
    const { page } = await show("runDashboard", {}, { theme: "dark" });
    const pixels = () =>
      chart(page, "loss")
        .locator("canvas")
        .evaluate((canvas) => canvas.toDataURL());
    const dark = await pixels();
    await page.setTheme("high-contrast");
    await page.waitForFunction((old) => document.querySelector("canvas").toDataURL() !== old, dark);
    await assertClean(page);
  });

  test("takes patches in without losing what it has", async () => {
    const { page } = await show("runDashboard", { until: 40, seed: 1 });
    const columns = {
      record: [900],
      step: [41],
      epoch: [10.25],
      seconds: [20],
      loss: [Number.NaN],
      learningRate: [0.001],
    };
    const arrays = Object.fromEntries(
      Object.entries(columns).map(([name, values]) => [name, Float64Array.from(values)]),
    );
    await page.receive({ kind: "patch", state: {}, tables: { steps: { from: 40, columns: arrays } } });
    const summary = await chart(page, "loss").locator("p.visually-hidden").first().textContent();
    assert.match(summary, /1 values are not finite/);
    assert.match(await chart(page, "loss").locator(".legend").textContent(), /Loss ?NaN/);
    await assertClean(page);
  });

  test("a line is walked along, crossed and zoomed with the keyboard alone", async () => {
    const { page } = await show("runDashboard", { seed: 2 });
    const { records } = fixtures.sampleRun({ seed: 2 });
    const losses = records.filter(({ event }) => event.type === "stepEnd").map(({ event }) => event.loss);
    const written = (value) => new Intl.NumberFormat("en", { maximumSignificantDigits: 4 }).format(value);
    await chart(page, "loss").locator(".stage").focus();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowRight");
    assert.equal(await voice(page, "loss"), `Loss: ${written(losses[1])} at step 2`);
    await page.keyboard.press("End");
    assert.equal(await voice(page, "loss"), `Loss: ${written(losses[79])} at step 80`);
    await page.keyboard.press("ArrowDown");
    assert.match(await voice(page, "loss"), /^mean of the epoch: .* at step 80$/);
    assert.equal(await page.getByRole("button", { name: "Reset Zoom" }).isVisible(), false);
    await page.keyboard.press("+");
    await page.getByRole("button", { name: "Reset Zoom" }).waitFor();
    await page.keyboard.press("0");
    await page.getByRole("button", { name: "Reset Zoom" }).waitFor({ state: "hidden" });
    await assertClean(page);
  });

  test("dragging zooms all charts, a double click shows everything again", async () => {
    const { page } = await show("runDashboard", { seed: 3 });
    const box = await chart(page, "loss").locator("canvas").boundingBox();
    await page.mouse.move(box.x + 300, box.y + 60);
    await page.mouse.down();
    await page.mouse.move(box.x + 600, box.y + 60, { steps: 3 });
    await page.mouse.up();
    await page.waitForFunction(() => window.savedByPage.window !== undefined);
    const { window: zoom } = await page.savedState();
    assert.ok(zoom.from > 15 && zoom.from < 30 && zoom.to > 35 && zoom.to < 50, JSON.stringify(zoom));
    await page.mouse.dblclick(box.x + 300, box.y + 60);
    await page.waitForFunction(() => window.savedByPage.window === undefined);
    await assertClean(page);
  });

  test("the data of a chart: as a table on the page, as CSV and as a figure from the host", async () => {
    const { page } = await show("runDashboard", { seed: 4 });
    const choose = async (item) => {
      await page.getByRole("button", { name: "Actions of the chart Loss" }).click();
      await page.getByRole("menuitem", { name: item, exact: true }).click();
    };
    await choose("Show Data as Table");
    assert.equal(await chart(page, "loss").locator("tbody tr").count(), 80);
    assert.deepEqual(await chart(page, "loss").locator("thead th").allTextContents(), [
      "step",
      "epoch",
      "seconds",
      "loss",
    ]);
    await choose("Open Data as CSV");
    await choose("Copy CSV");
    await choose("Export SVG …");
    await choose("Export PNG …");
    await page.waitForFunction(() => window.sentToHost.some(({ kind }) => kind === "savePng"));
    const intents = await page.intents();
    assert.deepEqual(intents.slice(1, 3), [
      { kind: "openCsv", chart: "loss" },
      { kind: "copyCsv", chart: "loss" },
    ]);
    const svg = intents.find(({ kind }) => kind === "saveSvg").svg;
    assert.match(svg, /<title>Loss<\/title>/);
    assert.match(svg, /<path d="M[\d.]+ [\d.]+L/);
    const png = Buffer.from(intents.find(({ kind }) => kind === "savePng").base64, "base64");
    assert.deepEqual([...png.subarray(1, 4)], [...Buffer.from("PNG")]);
    assert.deepEqual([png.readUInt32BE(16), png.readUInt32BE(20)], [720 * 3, 400 * 3]);
    await assertClean(page);
  });

  test("offers what can be done with the run: stop while it goes on, resume when it was cut off", async () => {
    const shown = (page) => page.locator(".actions vscode-button:visible").allTextContents();
    const ended = await show("runDashboard", { seed: 14 });
    assert.deepEqual(await shown(ended.page), [
      "Aggregation Weights",
      "Results",
      "Compare …",
      "Settings File",
      "Show in Explorer",
    ]);
    await ended.page.locator("vscode-button", { hasText: "Compare" }).click();
    const { page, content } = await show("runDashboard", { seed: 15, until: 40 });
    assert.equal((await shown(page))[0], "Resume");
    await page.locator("vscode-button", { hasText: "Resume" }).click();
    const { state } = content.whole();
    await page.receive({ kind: "patch", state: { head: { ...state.head, standing: "running" } }, tables: {} });
    assert.equal((await shown(page))[0], "Stop");
    await page.locator("vscode-button", { hasText: "Stop" }).click();
    const commands = [...(await ended.page.intents()), ...(await page.intents())].filter(
      ({ kind }) => kind !== "ready",
    );
    assert.deepEqual(commands, [
      { kind: "runCommand", command: "compareRuns" },
      { kind: "runCommand", command: "resumeRun" },
      { kind: "runCommand", command: "stopRun" },
    ]);
    await assertClean(page);
  });

  test("the memory ledger is walked along, part by part", async () => {
    const { page } = await show("runDashboard", { seed: 16 });
    await page.getByRole("tab", { name: "Memory" }).click();
    await chart(page, "ledger").locator(".stage").focus();
    await page.keyboard.press("ArrowRight");
    assert.equal(await voice(page, "ledger"), "Predicted peak of the step graph, activations: 71 MiB");
    await page.keyboard.press("ArrowRight");
    assert.equal(await voice(page, "ledger"), "Predicted peak of the step graph, inputs and outputs: 44 MiB");
    await page.keyboard.press("ArrowDown");
    assert.match(await voice(page, "ledger"), /^Measured peak while training, above idle: 2\d\d MiB$/);
    await assertClean(page);
  });

  test("a menu is left with Escape, and the focus returns to its button", async () => {
    const { page } = await show("runDashboard", { seed: 5 });
    const button = page.getByRole("button", { name: "Actions of the chart Loss" });
    await button.focus();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowUp");
    assert.equal(await page.evaluate(() => document.activeElement.textContent), "Export SVG …");
    await page.keyboard.press("Escape");
    assert.equal(await button.evaluate((element) => element === document.activeElement), true);
    assert.equal(await page.getByRole("menu").count(), 0);
  });

  test("smoothing, axis, hidden lines and tab are as they were after a reload", async () => {
    const saved = {
      tab: 0,
      unit: "epoch",
      smoothing: 0.8,
      isLogY: true,
      hidden: ["meanLoss"],
      directory: "/elsewhere",
    };
    const { page } = await show("runDashboard", { seed: 6 }, { saved });
    assert.equal(await page.locator("input[type=range]").inputValue(), "0.8");
    assert.equal(await page.locator("vscode-single-select").evaluate((select) => select.value), "epoch");
    const legend = chart(page, "loss").getByRole("button", { name: /mean of the epoch/ });
    assert.equal(await legend.getAttribute("aria-pressed"), "false");
    await legend.click();
    await page.waitForFunction(() => window.savedByPage.hidden.length === 0);
    const state = await page.savedState();
    assert.ok(state.directory.endsWith("emoji-scenes.unipt.seed6"));
    assert.equal(state.smoothing, 0.8);
    await assertClean(page);
  });

  test("warns of a loss that is no number, of a collapse, and of a fallback", async () => {
    const diverged = await show("runDashboard", { seed: 7, diverges: 30 });
    const [first, second] = await diverged.page.locator(".alert").allTextContents();
    assert.match(first, /no longer a number from step 30 on/);
    assert.match(second, /Fell back to another device/);
    const collapsed = await show("runDashboard", { seed: 7, collapses: true });
    assert.match(
      await collapsed.page.locator(".alert").first().textContent(),
      /Confidence collapse \(image\): layer .*conv_5/,
    );
  });

  test("names from files are text, never markup", async () => {
    const { page, content } = await show("runDashboard", { seed: 8 });
    const message = structuredClone(content.whole());
    const evil = '<img src=x onerror="window.hacked = true">';
    message.state.head.experiment = evil;
    message.state.notes[0].values = [evil, evil, evil];
    message.state.facts.settings[0].value = evil;
    await page.receive(message);
    await page.getByRole("tab", { name: "Settings and Events" }).click();
    assert.match(await page.locator("h1").textContent(), /<img/);
    assert.equal(await page.locator("img").count(), 0);
    assert.equal(await page.evaluate(() => window.hacked), undefined);
  });

  test("a million steps are drawn and panned", async () => {
    const { page } = await show("runDashboard", { seed: 9 });
    const before = await chart(page, "loss").locator("p.visually-hidden").first().textContent();
    await page.evaluate((count) => {
      const column = (value) => Float64Array.from({ length: count }, (_, i) => value(i + 1));
      const noise = column((i) => 4 / (1 + i / 1e5) + Math.sin(i * 12.9898) * 0.3);
      const places = { record: column((i) => i), step: column((i) => i), epoch: column((i) => i / 1000) };
      const times = { seconds: column((i) => i / 20), learningRate: column(() => 0.001) };
      const columns = { ...places, ...times, loss: noise, gradientNorm: noise, samplesPerSecond: noise };
      window.postMessage({ kind: "patch", state: {}, tables: { steps: { from: 0, columns } } }, "*");
    }, 1_000_000);
    await page.waitForFunction(
      (old) => document.querySelector('[data-chart="loss"] p.visually-hidden').textContent !== old,
      before,
    );
    const figures = await page.evaluate(async () => {
      const stage = document.querySelector('[data-chart="loss"] .stage');
      const frame = () => new Promise((resolve) => requestAnimationFrame(() => resolve()));
      stage.focus();
      for (const key of ["+", "+", "+"]) {
        stage.dispatchEvent(new KeyboardEvent("keydown", { key }));
        await frame();
        await frame();
      }
      const start = performance.now();
      const frames = 20;
      for (let i = 0; i < frames; i++) {
        stage.dispatchEvent(new WheelEvent("wheel", { deltaX: 40 }));
        await frame();
        await frame();
      }
      return { perFrameMs: (performance.now() - start) / frames };
    });
    console.log(`panning five charts of a million steps: ${figures.perFrameMs.toFixed(1)} ms per frame`);
    const { window: zoom } = await page.savedState();
    assert.ok(zoom.to - zoom.from < 200_000);
    await assertClean(page);
  });
});

describe("the layer lens", () => {
  test("cells are walked with the arrow keys, and Enter looks at their evaluation", async () => {
    const { page } = await show("layerLens", { seed: 10 });
    await chart(page, "heat").locator(".stage").focus();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowDown");
    assert.match(
      await voice(page, "heat"),
      /^tower_0\/MobilenetV3\/expanded_conv_5\/add, epoch 4, validation split: \d+\.\d%$/,
    );
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => window.savedByPage.evaluation === "val.16");
    assert.equal(await page.locator("output").textContent(), "epoch 4, step 16, validation split");
    await page.getByRole("button", { name: "Newest" }).click();
    await page.waitForFunction(() => window.savedByPage.evaluation === undefined);
    await assertClean(page);
  });

  test("follows the newest evaluation while a run goes on", async () => {
    const { page } = await show("layerLens", { seed: 11, until: 17 });
    assert.match(await page.locator("output").textContent(), /^epoch 4/);
    const later = await fixtures.panelContent(
      "layerLens",
      await fixtures.writeSampleRun(work, { seed: 11, until: 25 }),
    );
    await page.receive(later.whole());
    assert.match(await page.locator("output").textContent(), /^epoch 6/);
  });

  const layer = "tower_0/MobilenetV3/expanded_conv_5/add";
  // 40 samples that rely on the middle one of three layers to different degrees.
  const shares = Float32Array.from({ length: 120 }, (_, i) => {
    const middle = 0.3 + Math.floor(i / 3) / 100;
    return i % 3 === 1 ? middle : (1 - middle) / 2;
  });
  const about = { kind: "layer", modality: "image", layer };
  const pixel =
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

  test("a layer is looked into: shape, distribution, and the samples that rely on it most", async () => {
    const { page } = await show("layerLens", { seed: 17 });
    await page
      .getByRole("button", { name: `Look into the layer ${layer}` })
      .or(page.locator(`button[title="Look into the layer ${layer}"]`))
      .first()
      .click();
    await page.waitForFunction(() => window.sentToHost.some(({ kind }) => kind === "inspectLayer"));
    assert.deepEqual((await page.intents()).at(-1), { kind: "inspectLayer", modality: "image", layer });
    assert.match(await page.evaluate(() => document.activeElement.textContent), /^Layer expanded_conv_5\/add$/);
    const distribution = fixtures.layerDistribution(shares, 3, 1, "test");
    await page.receive({ ...about, distribution, isLookingUp: true });
    assert.match(await page.locator(".layer-panel [role=status]").innerText(), /Looking up/);
    const first = page.locator(".sample").first();
    assert.match(await first.innerText(), /69\.0%[\s\S]*sample 40/);
    const samples = distribution.top.map(({ row }) => ({
      name: `scenes/${row}.png`,
      texts: ["<b>a cat</b>"],
      image: pixel,
    }));
    await page.receive({ ...about, distribution, samples, shape: "N × 24 × 24 × 40", isLookingUp: false });
    assert.match(await first.innerText(), /69\.0%[\s\S]*scenes\/39\.png[\s\S]*<b>a cat<\/b>/);
    assert.equal(await page.locator(".sample img").count(), 12);
    assert.match(await page.locator(".layer-facts").innerText(), /N × 24 × 24 × 40/);
    assert.ok((await colorsOf(chart(page, "distribution").locator("canvas"))) > 5);
    await chart(page, "distribution").locator(".stage").focus();
    await page.keyboard.press("End");
    await page.keyboard.press("ArrowRight");
    assert.match(await voice(page, "distribution"), /^\d+\.?\d*% to \d+\.?\d*%: \d+ samples$/);
    await assertAccessible(page);
    await page.locator(".layer-panel vscode-button").click();
    await page.locator(".layer-panel").waitFor({ state: "hidden" });
    await assertClean(page);
  });

  test("a row of the drawing leads to its layer, and answers about another layer are passed over", async () => {
    const { page } = await show("layerLens", { seed: 18 });
    await chart(page, "interval").locator(".stage").focus();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => window.sentToHost.some(({ kind }) => kind === "inspectLayer"));
    assert.equal((await page.intents()).at(-1).layer, layer);
    await page.receive({ ...about, layer: "another", shape: "wrong", isLookingUp: false });
    assert.doesNotMatch(await page.locator(".layer-facts").innerText(), /wrong/);
    await page.receive({ ...about, isLookingUp: false, remark: "The model is gone." });
    assert.match(
      await page.locator(".layer-panel [role=status]").innerText(),
      /The model is gone\. .*when the run ends/,
    );
  });

  test("offers leave-one-layer-out, and shows what it measured beside the confidence", async () => {
    const { page, content } = await show("layerLens", { seed: 19 });
    await page.locator("vscode-button", { hasText: "Leave One Layer Out" }).click();
    assert.deepEqual((await page.intents()).at(-1), { kind: "runCommand", command: "launchAblation" });
    assert.equal(await chart(page, "drops").count(), 0);
    const drop = { n: 3, mean: 21.5, standardDeviation: 2.25, interval95: [16, 27] };
    const lost = [
      { modality: "image", layer, drop, pValue: 0.25 },
      { modality: "image", layer: layer.replace("5", "2"), drop: { n: 1, mean: -1.5 } },
    ];
    content.setDrops(lost);
    await page.receive(content.whole());
    const table = await page.locator(".layer-table").innerText();
    assert.match(table, /rSum lost without it/);
    assert.match(table, /21\.5 ± 2\.25 \(n = 3, p = 0\.250\)/);
    assert.match(table, /-1\.5 \(n = 1\)/);
    assert.ok((await colorsOf(chart(page, "drops").locator("canvas"))) > 5);
    await assertAccessible(page);
    await assertClean(page);
  });

  test("says so when there is no confidence, or when it has collapsed", async () => {
    const empty = await show("layerLens", { seed: 12, until: 2 });
    assert.match(await empty.page.locator("main").innerText(), /no layer confidence/);
    await assertAccessible(empty.page);
    const { page } = await show("layerLens", { seed: 13, collapses: true });
    assert.match(await page.locator(".alert-warning").textContent(), /expanded_conv_5\/add takes 9\d\.\d%/);
    await assertAccessible(page);
  });
});

describe("the comparison", () => {
  const cells = (page, row) => page.locator(".group-row").nth(row).locator("td").allTextContents();
  const choose = async (page, label, option) => {
    await page
      .locator("vscode-single-select")
      .and(page.locator(`[label="${label}"]`))
      .click();
    await page.getByRole("option", { name: option, exact: true }).click();
  };

  test("gives mean, deviation and interval over seeds, and settings that differ only", async () => {
    const { page, content } = await showComparison();
    const values = content
      .whole()
      .runs.filter(({ variant, results }) => variant === "unipt" && results.test)
      .map(({ results }) => results.test.rSum);
    assert.equal(values.length, 3);
    const mean = values.reduce((sum, value) => sum + value, 0) / 3;
    const sd = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 2);
    const [seeds, quality] = await cells(page, 0);
    assert.equal(seeds, "3 / 4");
    assert.equal(quality, `${mean.toFixed(1)} ± ${sd.toFixed(1)}`);
    const headers = await page.locator("thead th").allInnerTexts();
    assert.ok(headers.includes("image.method.name"), headers.join());
    assert.ok(!headers.includes("training.epochs"), headers.join());
    await page.locator("vscode-checkbox", { hasText: "All settings" }).click();
    await page.locator("thead th", { hasText: "training.epochs" }).waitFor();
    await assertClean(page);
  });

  test("is sorted with the keyboard, says so, and keeps the focus", async () => {
    const { page } = await showComparison();
    const header = page.locator("thead th", { hasText: /^rSum/ }).first();
    await header.getByRole("button").focus();
    assert.equal(await header.getAttribute("aria-sort"), "none");
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => window.savedByPage.sort?.isDescending === true);
    assert.equal(await header.getAttribute("aria-sort"), "descending");
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => window.savedByPage.sort?.isDescending === false);
    assert.equal(await header.getAttribute("aria-sort"), "ascending");
    assert.match(await page.locator(".group-row").first().innerText(), /^▸\s*probe/);
    assert.match(await page.evaluate(() => document.activeElement.textContent), /^rSum/);
  });

  test("compares with a baseline, over the seeds that both have", async () => {
    const { page } = await showComparison();
    await choose(page, "Compared with", "probe");
    const header = page.locator("thead th", { hasText: "Δ rSum to probe" });
    await header.waitFor();
    const difference = (await cells(page, 0))[3];
    assert.match(difference, /^\+[\d.]+ \(-?[\d.]+ … [\d.]+\)$/);
    // Two common seeds: no p below 2 / 2².
    assert.equal((await cells(page, 0))[4], "0.500");
    assert.match(await page.locator(".comparison-table").innerText(), /paired permutation test/);
    await assertClean(page);
  });

  test("warns of few seeds", async () => {
    const { page } = await showComparison({}, [{ seed: 0 }, { seed: 0, isProbe: true }, { seed: 1, isProbe: true }]);
    assert.match(await page.locator(".few-seeds").innerText(), /Fewer than 3 seeds: unipt \(n = 1\), probe \(n = 2\)/);
  });

  test("hands its table over as Markdown, LaTeX and CSV", async () => {
    const { page } = await showComparison();
    for (const item of ["Copy as Markdown", "Open as LaTeX", "Export CSV …"]) {
      await page.getByRole("button", { name: "Export the Table" }).click();
      await page.getByRole("menuitem", { name: item }).click();
    }
    const [markdown, latex, csv] = (await page.intents()).slice(1);
    assert.equal(markdown.how, "copy");
    assert.match(markdown.text, /^\| Variant \| Seeds \| rSum \|/);
    assert.match(markdown.text, /\| unipt \| 3 \/ 4 \| \*\*[\d.]+\*\* ± [\d.]+ \|/);
    assert.equal(latex.format, "latex");
    assert.match(latex.text, /\\textbf\{[\d.]+\} \$\\pm\$ [\d.]+/);
    assert.equal(csv.text.trimEnd().split("\r\n").length, 1 + 2 + 7);
    await assertClean(page);
  });

  test("runs are opened, removed and added by asking the host", async () => {
    const { page, content, directories } = await showComparison();
    await page.getByRole("button", { name: "Runs of probe" }).click();
    await page.getByRole("button", { name: "seed 3" }).click();
    await page.getByRole("button", { name: "Remove emoji-scenes.probe.seed1" }).click();
    await page.getByRole("button", { name: "Add or Remove Runs …" }).click();
    assert.deepEqual((await page.intents()).slice(1), [
      { kind: "openRun", run: directories[5], panel: "runDashboard" },
      { kind: "removeRun", run: directories[4] },
      { kind: "addRuns" },
    ]);
    content.setRuns(directories.filter((directory) => directory !== directories[4]));
    await page.receive(content.changes());
    assert.equal(await page.locator(".run-row").count(), 2);
    const { directories: kept } = await page.savedState();
    assert.deepEqual(
      kept,
      directories.filter((_, i) => i !== 4),
    );
    await assertClean(page);
  });

  test("bubbles and bars are walked with the arrow keys", async () => {
    const { page } = await showComparison();
    await chart(page, "scatter").locator(".stage").focus();
    await page.keyboard.press("ArrowRight");
    assert.match(await voice(page, "scatter"), /^probe: rSum [\d.]+, 2\d\d MiB, 98,560 trainable parameters$/);
    await page.keyboard.press("ArrowUp");
    assert.match(await voice(page, "scatter"), /^unipt: /);
    await chart(page, "confidence.image").locator(".stage").focus();
    await page.keyboard.press("ArrowRight");
    assert.match(await voice(page, "confidence.image"), /expanded_conv_11\/add, unipt: \d+\.\d% ± \d+\.\d%$/);
    await page.keyboard.press("ArrowDown");
    assert.match(await voice(page, "confidence.image"), /expanded_conv_5\/add, unipt/);
  });

  test("each chart gives its data as a table and as a figure", async () => {
    const { page } = await showComparison();
    const titles = [
      "Training loss",
      "rSum on the validation split",
      "Quality, memory and parameters",
      "Mean layer confidence: image",
    ];
    for (const title of titles) {
      for (const item of ["Show Data as Table", "Copy CSV", "Export SVG …"]) {
        await page.getByRole("button", { name: `Actions of the chart ${title}` }).click();
        await page.getByRole("menuitem", { name: item }).click();
      }
    }
    await page.waitForFunction(() => window.sentToHost.filter(({ kind }) => kind === "saveSvg").length === 4);
    const intents = (await page.intents()).slice(1);
    for (const { kind, text, svg } of intents) {
      if (kind === "giveText") assert.match(text, /\r\n.*\d/);
      else assert.doesNotMatch(svg, /NaN|undefined/);
    }
    assert.equal(await page.locator(".chart-table tbody").count(), 4);
    await assertAccessible(page);
    await assertClean(page);
  });

  test("says so when nothing is chosen, and follows a run that goes on", async () => {
    const { page, content } = await showComparison({}, []);
    assert.match(await page.locator("main").innerText(), /No runs are chosen yet/);
    await assertAccessible(page);
    const folder = mkdtempSync(join(work, "compared-"));
    content.setRuns([await fixtures.writeSampleRun(folder, { seed: 0, until: 17 })]);
    await page.receive(content.changes());
    assert.match(await page.locator("[role=status]").innerText(), /Still reading 1 runs/);
    await content.refresh(true, () => true);
    await page.receive(content.changes());
    assert.equal(await page.locator(".group-row").count(), 1);
    await assertClean(page);
  });
});
