const assert = require("node:assert/strict");
const vscode = require("vscode");

suite("the manifest in a running host", () => {
  const extension = vscode.extensions.getExtension("unipt-lab.unipt-lab");
  const { contributes, l10n } = extension.packageJSON;

  test("each command that is contributed is registered, and has a title", async () => {
    await extension.activate();
    const registered = new Set(await vscode.commands.getCommands(true));
    const missing = contributes.commands.filter(({ command }) => !registered.has(command));
    assert.deepEqual(missing, []);
    for (const { title, category } of contributes.commands) {
      assert.doesNotMatch(title, /%/);
      assert.equal(category, "UniPT");
    }
  });

  test("each command that a menu, a walkthrough or a welcome view names exists", async () => {
    const registered = new Set(await vscode.commands.getCommands(true));
    const text = JSON.stringify(contributes);
    const named = [...text.matchAll(/command:([\w.]+)|"command":"([\w.]+)"|onCommand:([\w.]+)/g)];
    const missing = named.map((match) => match[1] ?? match[2] ?? match[3]).filter((name) => !registered.has(name));
    assert.deepEqual([...new Set(missing)], []);
  });

  test("each view can be focused", async () => {
    for (const { id } of contributes.views.unipt) await vscode.commands.executeCommand(`${id}.focus`);
  });

  test("texts of the manifest are not left as placeholders, and the folder of translations is there", async () => {
    assert.doesNotMatch(JSON.stringify(contributes), /"%[\w.]+%"/);
    await vscode.workspace.fs.stat(vscode.Uri.joinPath(extension.extensionUri, l10n, "bundle.l10n.json"));
  });

  test("files that the manifest names are in the extension", async () => {
    const { icon, main } = extension.packageJSON;
    const media = contributes.walkthroughs.flatMap(({ steps }) => steps.map((step) => step.media.svg));
    const schemas = contributes.jsonValidation.map(({ url }) => url);
    for (const path of [icon, main, ...media, ...schemas])
      await vscode.workspace.fs.stat(vscode.Uri.joinPath(extension.extensionUri, path));
    // The packager writes their names in small letters.
    const names = (await vscode.workspace.fs.readDirectory(extension.extensionUri)).map(([name]) => name.toLowerCase());
    assert.ok(names.includes("readme.md") && names.includes("changelog.md"));
  });
});
