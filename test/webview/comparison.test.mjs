// The page of the comparison in a real browser, like that of the run dashboard.
import assert from "node:assert/strict";
import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { assertAccessible, assertClean, chart, colorsOf, openPage, panelFixtures, voice, work } from "./pageSetup.mjs";
import { themes } from "./themes.mjs";

/* global document, window -- functions given to `evaluate` run in the page */

/** Opens the comparison on sample runs: three seeds of UniPT, three of a linear probe, and a run that was cut off. */
async function showComparison(pageOptions, runs = comparedRuns) {
  const directories = [];
  const folder = mkdtempSync(join(work, "compared-"));
  for (const options of runs) directories.push(await panelFixtures.writeSampleRun(folder, options));
  const content = await panelFixtures.comparisonContent(directories);
  const page = await openPage("comparison", pageOptions);
  await page.receive(content.whole());
  await page.locator("main").waitFor();
  return { page, content, directories };
}

const comparedRuns = [
  ...[0, 1, 2].map((seed) => ({ seed })),
  ...[0, 1, 3].map((seed) => ({ seed, isProbe: true })),
  { seed: 3, until: 40 },
];

for (const theme of Object.keys(themes)) {
  test(`in the ${theme} theme, the comparison shows two groups of seeds, accessibly`, async () => {
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
}

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
    content.setRuns([await panelFixtures.writeSampleRun(folder, { seed: 0, until: 17 })]);
    await page.receive(content.changes());
    assert.match(await page.locator("[role=status]").innerText(), /Still reading 1 runs/);
    await content.refresh(true, () => true);
    await page.receive(content.changes());
    assert.equal(await page.locator(".group-row").count(), 1);
    await assertClean(page);
  });
});
