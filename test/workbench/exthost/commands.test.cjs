const assert = require("node:assert/strict");
const vscode = require("vscode");
const { eventually } = require("./eventually.cjs");

suite("experiment files", () => {
  const folder = () => vscode.workspace.workspaceFolders[0].uri;
  const experiment = () => vscode.Uri.joinPath(folder(), "tiny.unipt.json");

  suiteSetup(async () => {
    const text = '{\n  "name": "tiny",\n  "task": "image-text-retrieval",\n  "epohcs": 3\n}\n';
    await vscode.workspace.fs.writeFile(experiment(), Buffer.from(text));
    await vscode.extensions.getExtension("unipt-lab.unipt-lab").activate();
  });
  suiteTeardown(() => vscode.workspace.fs.delete(experiment()));

  test("are JSON with comments", async () => {
    const document = await vscode.workspace.openTextDocument(experiment());
    assert.equal(document.languageId, "jsonc");
  });

  test("have their mistakes underlined where they are", async () => {
    const document = await vscode.workspace.openTextDocument(experiment());
    await vscode.window.showTextDocument(document);
    const found = await eventually("a diagnostic", () =>
      vscode.languages.getDiagnostics(experiment()).find(({ message }) => message.includes("epohcs")),
    );
    assert.equal(document.getText(found.range).replaceAll('"', ""), "epohcs");
  });

  test("offer to run, to estimate and to ablate above their first line", async () => {
    const lenses = await eventually("code lenses", async () => {
      const all = await vscode.commands.executeCommand("vscode.executeCodeLensProvider", experiment(), 10);
      const commands = all.map(({ command }) => command?.command ?? "");
      return (
        ["unipt.runExperiment", "unipt.estimateMemory", "unipt.launchAblation"].every((name) =>
          commands.includes(name),
        ) && all
      );
    });
    assert.ok(lenses.length >= 3);
  });
});
