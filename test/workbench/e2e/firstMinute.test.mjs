// The way of a newcomer through the real workbench: sample from the palette, run, watch, a worker that dies, a window that is
// reloaded, results, stop. Sequential: each step starts where the one before it ended.
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, afterEach, before, describe, test } from "node:test";
import { until } from "../lib/processes.mjs";
import { openSession, policyViolations, requestsOfExtension } from "../lib/session.mjs";
import { choices, choose, findWebview, runCommand, showSidebar, treeRows, webview } from "../lib/workbench.mjs";

/* global performance, window -- functions given to `evaluate` run in the page */

const variants = ["unipt", "linear-probe", "stages-probe"];
const unipt = "emoji-scenes.unipt.seed0";

describe("the first minute", { timeout: 900_000 }, () => {
  let session, page, sample, started;
  before(async () => {
    session = await openSession({ isEmpty: true });
    page = session.page;
  });
  afterEach((t) => session.showFailure(t));
  after(() => session?.close());

  const run = (name) => join(sample, "runs", name);
  const read = (name, file) => (existsSync(join(run(name), file)) ? readFileSync(join(run(name), file), "utf8") : "");
  const summary = (name) => JSON.parse(read(name, "summary.json") || "{}");
  const events = (name) =>
    read(name, "events.jsonl")
      .split("\n")
      .filter((line) => line.startsWith("{"))
      .flatMap((line) => {
        try {
          return [JSON.parse(line).event];
        } catch {
          return []; // being written
        }
      });
  const stepsOf = (name) => events(name).filter(({ type }) => type === "stepEnd").length;
  const dashboard = () => webview(page, unipt);
  const text = async (frame) => (await frame.locator("body").innerText()).replaceAll(/\s+/g, " ");
  const dashboardText = async () => {
    const frame = await findWebview(page, unipt);
    return frame ? text(frame).catch(() => "") : "";
  };
  const stepShown = async () => Number(/step (\d+) of/.exec(await dashboardText())?.[1] ?? 0);

  test("the sample is copied, opened and shown, with two finished runs in the sidebar", async () => {
    await runCommand(page, "UniPT: Open Sample Experiment");
    await choose(page, "extension's storage");
    await page.waitForURL(/unipt-sample/, { timeout: 90_000 });
    await page.locator(".tab.active", { hasText: "emoji-scenes.unipt.json" }).waitFor({ timeout: 90_000 });
    sample = new URL(page.url()).searchParams.get("folder");
    await showSidebar(page, "UniPT");
    const rows = await until("two finished runs", async () => {
      const texts = await treeRows(page).allInnerTexts();
      return texts.filter((row) => /test rSum 5\d\d/.test(row)).length >= 2 && texts;
    });
    assert.ok(rows.some((row) => row.includes("emoji-scenes")));
    const manifest = JSON.parse(read("emoji-scenes.unipt.seed1", "config.json"));
    assert.equal(manifest.baseDirectory, "../..", "no folder of the machine that made it");
  });

  test("Run gives a live point soon, in the log and in the dashboard", async () => {
    started = Date.now();
    await runCommand(page, "UniPT: Run Experiment");
    await choose(page, "All variants");
    const first = await until("training step", () => stepsOf(unipt) > 0 && Date.now() - started, 240_000);
    console.log(`first training step after ${(first / 1000).toFixed(1)} s`);
    // It opens by itself.
    const frame = await dashboard();
    await frame.evaluate(() => {
      window.messages = { count: 0, start: performance.now() };
      window.addEventListener("message", () => window.messages.count++);
    });
    await until("live dashboard", async () => (await stepShown()) > 0, 120_000);
  });

  test("a worker that is killed is replaced, and its run goes on from its checkpoint", async () => {
    await until(
      "checkpoint",
      () =>
        existsSync(join(run(unipt), "checkpoints")) &&
        readdirSync(join(run(unipt), "checkpoints")).some((name) => name.startsWith("resume-")),
      240_000,
    );
    const victim = holderOf(unipt);
    assert.ok(victim > 0, "a process holds the run");
    process.kill(victim, "SIGKILL");
    await until("other process on the run", () => holderOf(unipt) > 0 && holderOf(unipt) !== victim, 120_000);
  });

  test("the dashboard gets at most ten messages a second", async () => {
    const { count, seconds } = await (
      await dashboard()
    ).evaluate(() => ({ count: window.messages.count, seconds: (performance.now() - window.messages.start) / 1000 }));
    console.log(`${count} messages in ${seconds.toFixed(1)} s`);
    assert.ok(count > 0 && count <= 10 * seconds + 1, `${count} messages in ${seconds} s`);
  });

  test("a reload of the window loses nothing: the panel is back and moves on", async () => {
    const before = stepsOf(unipt);
    await page.reload();
    await page.locator(".monaco-workbench .part.statusbar").waitFor({ timeout: 90_000 });
    await dashboard();
    await until("restored dashboard", async () => (await stepShown()) > 0, 120_000);
    const shown = await stepShown();
    assert.ok(shown >= before - 1, `${shown} after ${before}`);
    await until(
      "dashboard that moves on",
      async () => (await stepShown()) > shown || /Completed/.test(await dashboardText()),
      240_000,
    );
  });

  test("all runs finish, with curves, layer lens and table", async () => {
    const names = variants.map((variant) => `emoji-scenes.${variant}.seed0`);
    await until("three summaries", () => names.every((name) => summary(name).outcome === "completed"), 600_000, 500);
    console.log(`all runs finished after ${((Date.now() - started) / 1000).toFixed(0)} s`);
    assert.ok(summary(unipt).resumes >= 1, "the run that lost its worker was resumed");
    assert.ok(summary(unipt).metrics.test.rSum > 570, "and learned as well as any");
    await until("finished dashboard", async () => /Completed/.test(await dashboardText()), 60_000);
    await session.screenshot("first-minute-dashboard");
    const rows = await until("results in the sidebar", async () => {
      const texts = await treeRows(page).allInnerTexts();
      return texts.filter((row) => /test rSum 5\d\d/.test(row)).length >= 5 && texts;
    });
    assert.ok(rows.length >= 5);
  });

  test("Stop keeps what is done", async () => {
    await page.locator(".tab", { hasText: "emoji-scenes.unipt.json" }).first().click();
    await runCommand(page, "UniPT: Run Experiment");
    await choose(page, "All variants");
    const again = await until(
      "another run",
      () => readdirSync(join(sample, "runs")).find((name) => /seed0\.2$/.test(name) && stepsOf(name) > 0),
      240_000,
    );
    await runCommand(page, "UniPT: Stop");
    await stopAll();
    await until("stopped run", () => summary(again).outcome === "cancelled" || holderOf(again) === 0, 120_000);
    assert.ok(stepsOf(again) > 0);
  });

  test("nothing was asked of another machine, and no policy was violated", () => {
    assert.deepEqual(requestsOfExtension(session), []);
    assert.deepEqual(policyViolations(session), []);
  });

  /** Where several runs are under way, Stop asks which. */
  async function stopAll() {
    const row = choices(page).first();
    if (
      await row.waitFor({ timeout: 3_000 }).then(
        () => true,
        () => false,
      )
    ) {
      const all = page.locator(".quick-input-check-all, .quick-input-header input[type=checkbox]").first();
      if (await all.isVisible()) await all.check();
      await page.keyboard.press("Enter");
    }
  }

  /** Number of the process that works on a run; 0 when none does. */
  function holderOf(name) {
    const lock = existsSync(run(name)) && readdirSync(run(name)).find((file) => /^lock\.\d+$/.test(file));
    try {
      return lock ? JSON.parse(read(name, lock)).holder.pid : 0;
    } catch {
      return 0; // being written
    }
  }
});
