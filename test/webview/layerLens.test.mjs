// The page of the layer lens in a real browser, like that of the run dashboard.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { assertAccessible, assertClean, chart, colorsOf, panelFixtures, showRun, voice, work } from "./pageSetup.mjs";
import { themes } from "./themes.mjs";

/* global document, window -- functions given to `evaluate` run in the page */

for (const theme of Object.keys(themes)) {
  test(`in the ${theme} theme, the layer lens shows three layers over eleven evaluations, accessibly`, async () => {
    const { page } = await showRun("layerLens", {}, { theme });
    assert.equal(await chart(page, "heat").locator("svg rect.fill-heat").count(), 33 + 24);
    assert.equal(await chart(page, "interval").locator("svg circle").count(), 3);
    assert.match(await page.locator(".lens-summary").textContent(), /expanded_conv_5\/add weighs most/);
    assert.match(await page.locator(".alert-info").textContent(), /Confidence is not importance/);
    await assertAccessible(page);
    await assertClean(page);
  });
}

describe("the layer lens", () => {
  test("cells are walked with the arrow keys, and Enter looks at their evaluation", async () => {
    const { page } = await showRun("layerLens", { seed: 10 });
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
    const { page } = await showRun("layerLens", { seed: 11, until: 17 });
    assert.match(await page.locator("output").textContent(), /^epoch 4/);
    const later = await panelFixtures.panelContent(
      "layerLens",
      await panelFixtures.writeSampleRun(work, { seed: 11, until: 25 }),
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
    const { page } = await showRun("layerLens", { seed: 17 });
    await page
      .getByRole("button", { name: `Look into the layer ${layer}` })
      .or(page.locator(`button[title="Look into the layer ${layer}"]`))
      .first()
      .click();
    await page.waitForFunction(() => window.sentToHost.some(({ kind }) => kind === "inspectLayer"));
    assert.deepEqual((await page.intents()).at(-1), { kind: "inspectLayer", modality: "image", layer });
    assert.match(await page.evaluate(() => document.activeElement.textContent), /^Layer expanded_conv_5\/add$/);
    const distribution = panelFixtures.layerDistribution(shares, 3, 1, "test");
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
    const { page } = await showRun("layerLens", { seed: 18 });
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
    const { page, content } = await showRun("layerLens", { seed: 19 });
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
    const empty = await showRun("layerLens", { seed: 12, until: 2 });
    assert.match(await empty.page.locator("main").innerText(), /no layer confidence/);
    await assertAccessible(empty.page);
    const { page } = await showRun("layerLens", { seed: 13, collapses: true });
    assert.match(await page.locator(".alert-warning").textContent(), /expanded_conv_5\/add takes 9\d\.\d%/);
    await assertAccessible(page);
  });
});
