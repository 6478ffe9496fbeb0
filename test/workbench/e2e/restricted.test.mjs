// A workspace that is not trusted: its runs can be looked at, and nothing is executed or written.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, afterEach, before, describe, test } from "node:test";
import { filesBelow } from "../../../scripts/packaging/files.mjs";
import { projectFolder } from "../lib/paths.mjs";
import { commandLine, processesBelow, until } from "../lib/processes.mjs";
import { openSession } from "../lib/session.mjs";
import { choose, offeredCommands, runCommand, showSidebar, treeRows, webview } from "../lib/workbench.mjs";

describe("restricted mode", { timeout: 300_000 }, () => {
  let session, page, filesBefore;
  before(async () => {
    session = await openSession({
      isTrusted: false,
      settings: { "security.workspace.trust.startupPrompt": "never", "security.workspace.trust.banner": "never" },
      workspace: { from: join(projectFolder, ".cache/sample") },
    });
    page = session.page;
    filesBefore = filesBelow(session.server.workspaceFolder);
  });
  afterEach((t) => session.showFailure(t));
  after(() => session?.close());

  test("runs can be browsed", async () => {
    await showSidebar(page, "UniPT");
    await until("runs", async () => (await treeRows(page).allInnerTexts()).some((row) => /rSum/.test(row)), 90_000);
    await runCommand(page, "UniPT: Open Run Dashboard");
    await choose(page, "unipt · seed 1");
    const frame = await webview(page, "emoji-scenes.unipt.seed1");
    await until("dashboard", async () => /Completed/.test(await frame.locator("body").innerText()), 60_000);
  });

  test("commands that execute something are not offered", async () => {
    const offered = (await offeredCommands(page, "UniPT:")).map((title) => title.replace(/^UniPT: /, ""));
    for (const title of ["Run Experiment", "Stop", "Resume", "Launch Ablation…", "Extract Features", "Verify Numerics"])
      assert.ok(!offered.includes(title), title);
    assert.ok(offered.some((title) => title.startsWith("Open Run Dashboard")));
  });

  test("nothing was executed and nothing was written", () => {
    assert.deepEqual(filesBelow(session.server.workspaceFolder), filesBefore);
    // The editor's own search and file watcher may look into the folder.
    const own = processesBelow(session.server.root).map(commandLine);
    assert.deepEqual(
      own.filter((line) => /dist\/(worker|conductor|cli)\.js/.test(line)),
      [],
      "no process of the extension's",
    );
  });
});
