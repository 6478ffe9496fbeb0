// Entry of the suite that runs inside the extension host, in any VS Code: exports `run`, as @vscode/test-electron expects it.
const { readdirSync } = require("node:fs");
const { join } = require("node:path");
const Mocha = require("mocha");

exports.run = () => {
  const mocha = new Mocha({ ui: "tdd", timeout: 480_000, color: false, reporter: "spec" });
  const only = process.env.UNIPT_SUITE ?? "";
  for (const file of readdirSync(__dirname).sort())
    if (file.endsWith(".test.cjs") && file.includes(only)) mocha.addFile(join(__dirname, file));
  return new Promise((resolve, reject) => {
    const runner = mocha.run((failures) => {
      const { passes, pending } = runner.stats;
      // Read by the script that started the workbench.
      console.log(`[unipt-suite] ${JSON.stringify({ passed: passes, failed: failures, skipped: pending })}`);
      if (failures > 0) reject(new Error(`${failures} failed`));
      else resolve();
    });
  });
};
