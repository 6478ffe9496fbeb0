// The editor stays quick: a thousand runs in the sidebar, and a run that is trained and watched while the host goes on.
const assert = require("node:assert/strict");
const { copyFileSync, cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } = require("node:fs");
const { join } = require("node:path");
const { performance } = require("node:perf_hooks");
const vscode = require("vscode");
const { eventually } = require("./eventually.cjs");
const { assertTime, mainThreadMs, watchEventLoop } = require("./mainThread.cjs");

const sample = process.env.UNIPT_SAMPLE;
const longestBlockMs = 50;

(sample ? suite : suite.skip)("speed", () => {
  let folder, experiment;

  suiteSetup(async () => {
    folder = vscode.workspace.workspaceFolders[0].uri.fsPath;
    for (const name of ["models", "scenes", "scenes.jsonl", "runs"])
      cpSync(join(sample, name), join(folder, name), { recursive: true });
    experiment = join(folder, "emoji-scenes.unipt.json");
    const text = readFileSync(join(sample, "emoji-scenes.unipt.json"), "utf8");
    // On the processor: what a graphics card does in software takes the same cores.
    writeFileSync(experiment, text.replace('"device": "auto"', '"device": "cpu"'));
    await vscode.extensions.getExtension("unipt-lab.unipt-lab").activate();
    await vscode.commands.executeCommand("unipt.experiments.focus");
  });

  test("a thousand runs are listed within 300 ms", async function () {
    const runs = join(folder, "runs");
    const [finished] = readdirSync(runs);
    const made = Array.from({ length: 1000 }, (_, i) => join(runs, `emoji-scenes.unipt.seed${i + 1000}`));
    for (const run of made) {
      mkdirSync(run);
      for (const file of ["config.json", "summary.json"]) copyFileSync(join(runs, finished, file), join(run, file));
    }
    // The events of a thousand new folders have their own time.
    await vscode.commands.executeCommand("unipt.refreshRuns");
    // The best of several: other programs may be using the disk and the processor.
    const [walls, cpus, blocks] = [[], [], []];
    for (let i = 0; i < 10; i++) {
      const endWatch = watchEventLoop();
      const [cpuBefore, start] = [mainThreadMs(), performance.now()];
      await vscode.commands.executeCommand("unipt.refreshRuns");
      walls.push(performance.now() - start);
      cpus.push(mainThreadMs() - cpuBefore);
      blocks.push(endWatch().cpuMs);
    }
    const [wall, cpu, block] = [walls, cpus, blocks].map((values) => Math.min(...values));
    const figures = [wall, cpu, block].map((value) => `${value.toFixed(0)} ms`);
    console.log(`[unipt-figure] 1,000 runs: ${figures[0]}, ${figures[1]} of the main thread, longest ${figures[2]}`);
    for (const run of made) rmSync(run, { recursive: true });
    await vscode.commands.executeCommand("unipt.refreshRuns");
    assertTime(this, "a thousand runs", Math.min(wall, cpu), 300);
    assertTime(this, "longest block", block, longestBlockMs);
  });

  // Takes half a minute for a figure, so only when it is asked for: node test/workbench/exthost.mjs speed
  if (process.env.UNIPT_SUITE)
    test("a run is trained and watched", async () => {
      const summary = join(folder, "runs/emoji-scenes.linear-probe.seed0/summary.json");
      const endWatch = watchEventLoop();
      const choice = { variants: ["linear-probe"] };
      await vscode.commands.executeCommand("unipt.runExperiment", vscode.Uri.file(experiment), choice);
      const outcome = await eventually("finished run", () => outcomeIn(summary), 420_000);
      const { wallMs, cpuMs } = endWatch();
      assert.equal(outcome, "completed");
      // Told and not judged: the editor's own extensions work in the same loop.
      console.log(
        `[unipt-figure] event loop during a run: kept for ${wallMs.toFixed(0)} ms, ${cpuMs.toFixed(0)} ms of work`,
      );
    });

  function outcomeIn(summary) {
    try {
      return JSON.parse(readFileSync(summary, "utf8")).outcome;
    } catch {
      return undefined; // not there yet, or being written
    }
  }
});
