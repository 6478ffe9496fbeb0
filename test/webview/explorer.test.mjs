// The page of the backbone explorer in a real browser: what it shows of a vision transformer, how layers are ticked with and
// without a mouse, what it asks of the host. Run by `node --test`; needs what the test of the panels' pages needs.
import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, test } from "node:test";
import {
  assertAccessible,
  assertClean as assertCleanFor,
  explorerFixtures as fixtures,
  openPage,
} from "./pageSetup.mjs";
import { themes } from "./themes.mjs";

/* global document, window -- functions given to `evaluate` run in the page */

const shots = process.env["UNIPT_SCREENSHOTS"];
const report = fixtures.visionTransformerReport();

/** Opens the page and sends it a state; by default ViT-B/32, read by one experiment. */
async function show(pageOptions, state = fixtures.explorerState(report, [{ ...fixtures.sampleUse, taps: tapped() }])) {
  const page = await openPage("backboneExplorer", pageOptions);
  await page.receive(fixtures.stateMessage(state));
  await page.locator("main").waitFor();
  if (state.phase === "ready") await answer(page);
  return page;
}

const tapped = () => [0, 6, 12].map((index) => report.hiddenStates[index].value);

/** Answers the last question for values. */
async function answer(page) {
  await page.waitForFunction(() => window.sentToHost.some(({ kind }) => kind === "listValues"));
  const question = (await page.intents()).findLast(({ kind }) => kind === "listValues");
  await page.receive(fixtures.valuesMessage(report, question));
  return question;
}

const assertClean = (page) => assertCleanFor(page, [fixtures.readExplorerIntent, fixtures.readPanelIntent]);

const summary = (page) => page.locator(".tap-summary").textContent();
const forecast = (page) => page.locator(".tap-forecast").textContent();
const boxes = (page) => page.locator(".block-list input");

for (const theme of Object.keys(themes)) {
  test(`shows the blocks of a vision transformer accessibly in the ${theme} theme`, async () => {
    const page = await show({ theme, viewport: { width: 1180, height: 1100 } });
    assert.equal(await page.locator("h1:visible").textContent(), "vit-b32.onnx");
    assert.equal(await page.locator(".block-row").count(), 14);
    assert.equal(await boxes(page).count(), 13);
    assert.equal(await page.locator(".values tbody tr").count(), 50);
    assert.equal(await page.locator(".block-chart rect[data-bar]").count(), 14);
    await assertAccessible(page);
    if (shots) await page.screenshot({ path: join(shots, `explorer-${theme}.png`), fullPage: true });
    await assertClean(page);
  });
}

test("starts with what the experiment taps, and forecasts the cache of its data", async () => {
  const page = await show();
  assert.equal(await summary(page), "3 layers ticked · widths 768 (× 3)");
  const bytes = 3 * 50 * 768 * 2 * 4_800;
  assert.equal(bytes / 2 ** 30 > 1.02 && bytes / 2 ** 30 < 1.04, true);
  assert.equal(await forecast(page), "Cache: 1.03 GiB as float16, 2.06 GiB as float32");
  await page.getByLabel("Items").fill("100");
  await page.waitForFunction(() => document.querySelector(".tap-forecast").textContent.includes("22 MiB"));
  await page.getByRole("button", { name: "Tick All" }).click();
  await page.waitForFunction(() => document.querySelector(".tap-summary").textContent.startsWith("13 layers"));
  await page.getByRole("button", { name: "As in emoji.unipt.json (image side)" }).click();
  await page.waitForFunction(() => document.querySelector(".tap-summary").textContent.startsWith("3 layers"));
  await assertClean(page);
});

test("without an experiment, what was found by itself is ticked", async () => {
  const page = await show({}, fixtures.explorerState(report, []));
  assert.equal(await summary(page), "13 layers ticked · widths 768 (× 13)");
  assert.equal(await forecast(page), "");
  await assertClean(page);
});

test("blocks are walked through, chosen and ticked with the keyboard alone", async () => {
  const page = await show();
  await boxes(page).first().focus();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Space");
  await page.waitForFunction(() => document.querySelector(".tap-summary").textContent.startsWith("4 layers"));
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.querySelector(".details h2").textContent === "Block 1");
  assert.match(await page.locator(".facts").textContent(), /the residual stream behind this block/);
  assert.match(await page.locator(".facts").textContent(), /7,087,873/);
  await page.keyboard.press("End");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.querySelector(".details h2").textContent === "Head");
  assert.equal(await page.locator('.block-list [tabindex="0"]').count(), 1);
  await page.getByRole("button", { name: "Copy into Experiment …" }).click();
  const sent = (await page.intents()).findLast(({ kind }) => kind === "copyIntoExperiment");
  assert.deepEqual(
    sent.taps,
    [0, 1, 6, 12].map((index) => report.hiddenStates[index].value),
  );
  await assertClean(page);
});

test("values are searched by the host, and a ticked one counts although it is no hidden state", async () => {
  const page = await show();
  await page.getByRole("textbox", { name: /Search values/ }).fill("softmax");
  await page.waitForFunction(() => window.sentToHost.some(({ text }) => text === "softmax"));
  assert.equal((await answer(page)).offset, 0);
  assert.equal(await page.locator(".values tbody tr").count(), 12);
  await page.locator(".values input").first().check();
  await page.waitForFunction(() => document.querySelector(".tap-summary").textContent.startsWith("4 layers"));
  assert.match(
    await page.locator(".tap-bar .alert-warning").textContent(),
    /token sequences and feature maps side by side/,
  );
  await page.getByRole("button", { name: "Tick None" }).click();
  await page.waitForFunction(() => document.querySelector(".tap-summary").textContent === "No layer is ticked.");
  const { ticked, search } = await page.savedState();
  assert.deepEqual([ticked, search], [[], "softmax"]);
  await assertClean(page);
});

test("the choice is as it was after a reload", async () => {
  const saved = { ticked: [tapped()[1]], block: 3, items: 7, search: "", measure: "width" };
  const page = await show({ saved });
  assert.match(await summary(page), /^1 layer ticked/);
  assert.equal(await page.locator(".details h2").textContent(), "Block 3");
  assert.equal(await page.getByLabel("Items").inputValue(), "7");
  assert.match(await page.locator(".block-chart .stage svg").textContent(), /width/);
  await assertClean(page);
});

test("sizes of free axes are sent to the host, and a size that does not fit is told", async () => {
  const axes = [
    { name: "batch", role: "batch", size: 2 },
    { name: "sequence", role: "sequence", size: 8 },
  ];
  const state = { ...fixtures.explorerState({ ...report, axes }, []), sizesProblem: "No text may be that long." };
  const page = await show({}, state);
  assert.equal(await page.locator(".sizes .alert-error").textContent(), "No text may be that long.");
  await page.getByLabel("sequence").fill("32");
  await page.keyboard.press("Enter");
  assert.deepEqual((await page.intents()).at(-1), { kind: "setSizes", sizes: { sequence: 32 } });
  await assertClean(page);
});

test("what is missing is said, and names from files are text, never markup", async () => {
  const evil = '<img src=x onerror="window.hacked = true">';
  const warnings = [{ kind: "shapes", message: `The node "${evil}" fits no rule.` }];
  const state = fixtures.explorerState({ ...report, warnings, producer: evil }, []);
  const page = await show({}, { ...state, file: evil });
  assert.match(await page.locator(".alert-warning").first().textContent(), /sizes are unknown.*<img/);
  assert.match(await page.locator("h1:visible").textContent(), /<img/);
  assert.equal(await page.locator("img").count(), 0);
  assert.equal(await page.evaluate(() => window.hacked), undefined);
  await assertClean(page);
});

describe("in place of a model", () => {
  for (const [state, button, intent] of [
    [{ phase: "untrusted", file: "a.onnx" }, "Manage Workspace Trust", { kind: "manageTrust" }],
    [{ phase: "failed", file: "a.onnx", problem: "It is cut off." }, "Read Again", { kind: "reload" }],
  ])
    test(`there is a sentence and a way on when it is ${state.phase}`, async () => {
      const page = await show({}, state);
      await assertAccessible(page);
      await page.getByRole("button", { name: button }).click();
      assert.deepEqual((await page.intents()).at(-1), intent);
      assert.equal(await page.locator(".explorer").isVisible(), false);
      await assertClean(page);
    });

  test("reading shows a sign of life", async () => {
    const page = await show({}, { phase: "loading", file: "a.onnx" });
    assert.match(await page.locator(".status").textContent(), /Reading the structure of a\.onnx …/);
    await assertClean(page);
  });
});
