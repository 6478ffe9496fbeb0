// The page of the results browser in a real browser: what it asks and shows, how it is used without a mouse, and that nothing is
// blocked by its policy. Run by `node --test`, like pages.test.mjs.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  assertAccessible,
  assertClean as assertCleanFor,
  openPage,
  resultsFixtures as fixtures,
} from "./pageSetup.mjs";
import { themes } from "./themes.mjs";

/* global document, window -- functions given to `evaluate` run in the page */

/** Opens the page in a phase, and answers its questions as the extension would until it asks no more. */
async function show(phase = { kind: "ready" }, { overview = {}, ...options } = {}) {
  const page = await openPage("resultsBrowser", options);
  await page.receive(fixtures.resultsState(phase, overview));
  let answered = 1;
  const answer = async () => {
    for (let intents = await page.intents(); answered < intents.length; intents = await page.intents()) {
      for (const intent of intents.slice(answered)) {
        const reply = fixtures.resultsReply(intent);
        if (reply) await page.receive(reply);
        answered++;
      }
    }
  };
  await answer();
  return { page, answer };
}

const assertClean = (page) => assertCleanFor(page, [fixtures.readPanelIntent, fixtures.readResultsIntent]);

const lastIntent = async (page) => (await page.intents()).at(-1);

for (const theme of Object.keys(themes)) {
  describe(`in the ${theme} theme`, () => {
    test("shows the worst failure and its answers, both ways, accessibly", async () => {
      const { page, answer } = await show(undefined, { theme });
      assert.match(await page.locator(".query-words").textContent(), /number 0$/);
      assert.equal(await page.locator(".row").first().getAttribute("aria-selected"), "true");
      assert.match(await page.locator(".row").first().textContent(), /✗ found at rank 57 · margin −0\.060/);
      assert.equal(await page.locator(".tile").count(), 21);
      assert.match(await page.locator(".figures").textContent(), /R@196\.9R@5100\.0R@10100\.0Median rank1/);
      await assertAccessible(page);
      await page.getByRole("radio", { name: "Image → text" }).check();
      await answer();
      assert.match(await page.locator(".figures").textContent(), /R@188\.1/);
      assert.equal(await page.locator(".tile-text").count(), 21);
      assert.equal(await page.locator('[data-chart="confidence.query"] svg rect[data-bar]').count(), 3);
      await assertAccessible(page);
      await assertClean(page);
    });
  });
}

describe("the results", () => {
  test("say which is right in words, and where the right one comes when it is not among them", async () => {
    const { page, answer } = await show();
    const apart = page.locator(".tile-apart");
    assert.match(await apart.textContent(), /The first right answer comes at rank 57:.*✓ Right answer/);
    assert.match(await page.locator(".results .hint[aria-live]").textContent(), /right answer is at rank 57/);
    await page.locator(".row").nth(1).click();
    await answer();
    assert.equal(await page.locator(".tile-apart").count(), 0);
    assert.match(await page.locator(".tile").nth(2).textContent(), /Rank 3.*✓ Right answer/);
    assert.equal(await page.locator(".badge-right").count(), 1);
  });

  test("have the captions as texts of their images; one that may not be loaded says so", async () => {
    const { page } = await show();
    assert.equal(await page.locator(".tile img").first().getAttribute("alt"), "a red thing, number 0");
    assert.match(await page.locator(".tile").nth(1).textContent(), /lies outside of the data set's folder/);
    assert.equal(await page.locator(".tile img").nth(1).getAttribute("loading"), "lazy");
    await assertClean(page);
  });

  test("are walked with the arrow keys; Enter searches with one, the other way round", async () => {
    const { page, answer } = await show();
    await page.locator(".tile").first().focus();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowRight");
    const focused = () => page.evaluate(() => [...document.querySelectorAll(".tile")].indexOf(document.activeElement));
    assert.equal(await focused(), 2);
    assert.equal(await page.locator('.tile[tabindex="0"]').count(), 1);
    assert.equal(await page.locator(".tile").nth(2).getAttribute("aria-selected"), "true");
    assert.match(await page.locator('[data-chart="confidence.result"] .hint').first().textContent(), /Bar: rank 3\./);
    await page.keyboard.press("ArrowDown");
    const columns = (await focused()) - 2;
    assert.ok(columns > 1, `${columns} columns`);
    await page.keyboard.press("Enter");
    await answer();
    const nearest = (await page.intents()).filter(({ kind }) => kind === "nearest").at(-1);
    assert.deepEqual([nearest.direction, nearest.query], ["imageToText", 2 + columns]);
    await assertClean(page);
  });

  test("more of them are shown on request", async () => {
    const { page, answer } = await show();
    await page.getByRole("button", { name: "Show More" }).click();
    await answer();
    assert.equal(await page.locator(".tile").count(), 41);
  });

  test("their data are given by name", async () => {
    const { page } = await show();
    await page.getByRole("button", { name: "Data of the results" }).click();
    await page.getByRole("menuitem", { name: "Open Data as CSV" }).click();
    assert.deepEqual(await lastIntent(page), { kind: "openCsv", chart: "results" });
    await page.getByRole("button", { name: "Actions of the chart Layer confidence of the result" }).click();
    await page.getByRole("menuitem", { name: "Show Data as Table" }).click();
    assert.equal(await page.locator('[data-chart="confidence.result"] tbody tr').count(), 3);
    await assertClean(page);
  });
});

describe("the search", () => {
  test("finds images for a text that is typed in", async () => {
    const { page, answer } = await show();
    await page.getByRole("searchbox", { name: "Search the images of the split with a text" }).fill(" a blue egg ");
    await page.keyboard.press("Enter");
    await answer();
    assert.match(JSON.stringify(await lastIntent(page)), /"searchText".*"text":"a blue egg"/);
    assert.equal(await page.locator(".query-words").textContent(), "a blue egg");
    assert.equal(await page.locator(".badge-right").count(), 0);
    assert.equal((await page.savedState()).question.text, "a blue egg");
    await assertClean(page);
  });

  test("finds captions for an image file, with the file's own confidence", async () => {
    const { page, answer } = await show();
    await page.getByRole("button", { name: "Search with Image File …" }).click();
    await answer();
    assert.match(await page.locator(".query-card").textContent(), /photo\.jpg/);
    assert.equal(await page.getByRole("radio", { name: "Image → text" }).isChecked(), true);
    const texts = await page.locator('[data-chart="confidence.query"] > p.visually-hidden').first().textContent();
    assert.match(texts, /conv_11\/add: 60\.0%; mean of the split 40\.0%/);
    await assertClean(page);
  });

  test("an answer that comes too late is not shown", async () => {
    const { page, answer } = await show();
    await page.receive({ ...fixtures.resultsReply({ kind: "searchText", request: 0, count: 3 }) });
    assert.equal(await page.locator(".tile").count(), 21);
    await answer();
  });

  test("a question that fails says why", async () => {
    const { page } = await show();
    await page.locator(".row").nth(2).click();
    const { request } = await lastIntent(page);
    await page.receive({ kind: "problem", request, reason: "The tokenizer is gone." });
    assert.equal(await page.getByRole("alert").filter({ hasText: "tokenizer" }).isVisible(), true);
    await assertAccessible(page);
  });
});

describe("the list of queries", () => {
  test("holds the rows in sight only, and fetches the others when they are scrolled to", async () => {
    const { page, answer } = await show();
    assert.ok((await page.locator(".row").count()) < 40);
    assert.match(await page.locator(".query-list .hint").first().textContent(), /250 queries/);
    await page.locator(".viewport").focus();
    await page.keyboard.press("End");
    await answer();
    await page.locator(".row", { hasText: "number 249" }).waitFor();
    const offsets = (await page.intents()).filter(({ kind }) => kind === "listQueries").map(({ offset }) => offset);
    assert.deepEqual(offsets, [0, 200]);
    await page.keyboard.press("ArrowUp");
    await answer();
    assert.match(await page.locator(".query-words").textContent(), /number 248$/);
    await assertClean(page);
  });

  test("is sorted and filtered by the host", async () => {
    const { page, answer } = await show();
    await page.getByRole("searchbox", { name: "Filter queries" }).fill("number 24");
    await page.waitForFunction(() => window.sentToHost.at(-1).filter === "number 24");
    await answer();
    assert.match(await page.locator(".query-list .hint").first().textContent(), /11 queries/);
    await page.getByRole("checkbox", { name: "Failures only" }).check();
    await page.waitForFunction(() => window.sentToHost.at(-1).onlyFailures === true);
    await page.getByRole("checkbox", { name: "Reverse" }).check();
    await page.waitForFunction(() => window.sentToHost.at(-1).isReversed === true);
    await assertClean(page);
  });
});

describe("a page", () => {
  test("opens the split by itself, shows how the loading goes, and can cancel it", async () => {
    const { page } = await show({ kind: "closed" }, { overview: null });
    assert.deepEqual(await lastIntent(page), { kind: "openSplit", split: "test" });
    const work = { kind: "embed", split: "test", done: 40, total: 160 };
    await page.receive(fixtures.resultsState({ kind: "loading", work }, null));
    assert.match(await page.locator(".loading").textContent(), /Embedding the test split: 40 of 160/);
    assert.equal(await page.locator("progress").evaluate(({ value }) => value), 0.25);
    await assertAccessible(page);
    await page.getByRole("button", { name: "Cancel" }).click();
    assert.deepEqual(await lastIntent(page), { kind: "cancelLoading" });
    await page.receive(fixtures.resultsState({ kind: "stopped" }, null));
    await page.getByRole("button", { name: "Load Results" }).click();
    assert.deepEqual(await lastIntent(page), { kind: "openSplit", split: "test" });
    await assertClean(page);
  });

  test("says why it failed, and offers to try again and the log", async () => {
    const reason = "The worker process was killed (SIGKILL).";
    const { page } = await show({ kind: "failed", reason });
    assert.match(await page.getByRole("alert").first().textContent(), /cannot be shown: The worker process was killed/);
    assert.equal(await page.locator(".browser").isVisible(), false);
    await assertAccessible(page);
    await page.getByRole("button", { name: "Show Log" }).click();
    await page.getByRole("button", { name: "Try Again" }).click();
    assert.deepEqual((await page.intents()).slice(-2), [{ kind: "showLog" }, { kind: "openSplit", split: "test" }]);
  });

  test("runs nothing in a workspace that is not trusted", async () => {
    const { page } = await show({ kind: "untrusted" }, { overview: null });
    assert.match(await page.locator(".alert-warning").innerText(), /needs a trusted workspace/);
    assert.deepEqual(await page.intents(), [{ kind: "ready" }]);
    await assertAccessible(page);
  });

  test("is as it was after a reload", async () => {
    const question = { kind: "entry", index: 3 };
    const saved = { split: "test", direction: "imageToText", sort: "margin", question, selected: 2, directory: "/old" };
    const { page } = await show(undefined, { saved });
    assert.equal(await page.getByRole("radio", { name: "Image → text" }).isChecked(), true);
    assert.match(await page.locator(".query-words").textContent(), /number 3$/);
    assert.equal(await page.locator(".tile").nth(2).getAttribute("aria-selected"), "true");
    assert.equal((await page.savedState()).directory, "/runs/emoji");
    await assertClean(page);
  });

  test("tells of files that have changed, asks anew for a newer checkpoint, and takes texts for texts", async () => {
    const evil = '<img src=x onerror="window.hacked = true">';
    const { page } = await show(undefined, { overview: { changes: [evil] } });
    assert.match(await page.locator(".alerts .alert-warning").innerText(), /<img/);
    assert.equal(await page.evaluate(() => window.hacked), undefined);
    const asked = (await page.intents()).length;
    const checkpoint = { file: "newer.safetensors", epoch: 18, step: 72 };
    await page.receive(fixtures.resultsState({ kind: "ready" }, { checkpoint, changes: [evil] }));
    const kinds = (await page.intents()).slice(asked).map(({ kind }) => kind);
    assert.deepEqual(kinds.sort(), ["listQueries", "nearest"]);
  });

  test("tells of a better checkpoint, and loads it when it is asked to", async () => {
    const { page } = await show();
    assert.equal(await page.getByRole("button", { name: "Load Newest Checkpoint" }).count(), 0);
    await page.receive(fixtures.resultsState({ kind: "ready" }, {}, true));
    assert.match(await page.locator(".newer[role=status]").innerText(), /a better checkpoint by now/);
    await assertAccessible(page);
    await page.getByRole("button", { name: "Load Newest Checkpoint" }).click();
    assert.deepEqual(await lastIntent(page), { kind: "openSplit", split: "test" });
    const work = { kind: "embed", split: "test", done: 40, total: 160 };
    await page.receive(fixtures.resultsState({ kind: "loading", work }, {}, true));
    assert.equal(await page.locator(".newer").innerText(), "");
    await assertClean(page);
  });

  test("fits into a narrow column", async () => {
    const { page } = await show(undefined, { viewport: { width: 420, height: 900 } });
    const [width, scroll] = await page.evaluate(() => [
      document.body.clientWidth,
      document.documentElement.scrollWidth,
    ]);
    assert.ok(scroll <= width, `${scroll} > ${width}`);
    await assertAccessible(page);
  });
});
