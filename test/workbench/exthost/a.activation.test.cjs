// First of all suites: activation can be measured once.
const assert = require("node:assert/strict");
const { statSync } = require("node:fs");
const { performance } = require("node:perf_hooks");
const vscode = require("vscode");
const { assertTime, mainThreadMs } = require("./mainThread.cjs");

const id = "unipt-lab.unipt-lab";

suite("activation", () => {
  test("takes less than 100 ms", async function () {
    const extension = vscode.extensions.getExtension(id);
    assert.ok(extension, "the extension is installed");
    assert.equal(extension.isActive, false, "nothing in an empty workspace needs the extension");
    const [cpuBefore, start] = [mainThreadMs(), performance.now()];
    await extension.activate();
    const [wallMs, cpuMs] = [performance.now() - start, mainThreadMs() - cpuBefore];
    console.log(
      `[unipt-figure] activation: ${wallMs.toFixed(0)} ms (${cpuMs.toFixed(0)} ms of the host's main thread)`,
    );
    // Time spent waiting for a processor that others use is not the extension's.
    assertTime(this, "activation", Math.min(wallMs, cpuMs), 100);
  });

  test("loads less than 400 kB with what reads the workspace's files, and no native module", async () => {
    await vscode.commands.executeCommand("unipt.refreshRuns");
    const folder = vscode.extensions.getExtension(id).extensionPath;
    const loaded = Object.keys(require.cache).filter((path) => path.startsWith(folder) && !path.includes("/test/"));
    const bytes = loaded.reduce((sum, path) => sum + statSync(path).size, 0);
    console.log(`[unipt-figure] loaded so far: ${(bytes / 1000).toFixed(0)} kB in ${loaded.length} files`);
    assert.deepEqual(
      loaded.filter((path) => /onnxruntime|sharp|\.node$/.test(path)),
      [],
    );
    // Source maps make bundles of the working tree several times as large.
    if (vscode.env.appHost !== "" && process.env.UNIPT_VSIX) assert.ok(bytes < 400_000, `${bytes} bytes`);
  });
});
