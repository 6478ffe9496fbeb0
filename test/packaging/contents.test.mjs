// What goes into the extension, for every platform; and the package of this one, byte by byte, when UNIPT_VSIX names it.
// Needs a build with --minify and dist/sample.
import assert from "node:assert/strict";
import { closeSync, openSync, readFileSync, readSync, statSync } from "node:fs";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { extensionFiles } from "../../scripts/packaging/extensionFiles.mjs";
import { nativePackages } from "../../scripts/packaging/nativePackages.mjs";
import { notices } from "../../scripts/packaging/notices.mjs";
import { targets } from "../../scripts/packaging/targets.mjs";
import { binaryKind } from "./binaryKind.mjs";
import { zipEntries } from "./zipEntries.mjs";

/* global Buffer */

const root = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");
const isNative = (path) => /\.(node|dll|dylib|so)(\.[\d.]+)?$/.test(path);

function headOf(path) {
  const head = Buffer.alloc(8192);
  const file = openSync(path, "r");
  readSync(file, head, 0, head.length, 0);
  closeSync(file);
  return head;
}

const native = Object.fromEntries(targets.map((target) => [target, nativePackages(root, target)]));

describe("native files", () => {
  for (const target of targets)
    test(`of ${target} are of that platform, and both libraries are whole`, () => {
      const { files, packages } = native[target];
      const binaries = files.filter(({ to }) => isNative(to));
      const kinds = binaries.map(({ from, to }) => [to, binaryKind(headOf(from))]);
      // On Windows some libraries are emulated: they come as code of the other processor, inside the platform's own folder.
      assert.deepEqual(
        kinds.filter(([, kind]) => kind !== target),
        [],
      );
      const [os] = target.split("-");
      const runtime = { linux: /libonnxruntime\.so/, darwin: /libonnxruntime.*\.dylib/, win32: /onnxruntime\.dll/ }[os];
      const vips = { linux: /libvips-cpp\.so/, darwin: /libvips-cpp.*\.dylib/, win32: /libvips.*\.dll/ }[os];
      const needed = [runtime, vips, /onnxruntime_binding\.node$/, /sharp-.*\.node$/];
      if (os === "win32") needed.push(/DirectML\.dll$/, /dxcompiler\.dll$/);
      for (const pattern of needed)
        assert.ok(
          binaries.some(({ to }) => pattern.test(to)),
          String(pattern),
        );
      assert.equal(binaries.filter(({ to }) => runtime.test(to)).length, 1, "the runtime once");
      // Without it Node takes the runtime's CommonJS files for ES modules.
      assert.ok(files.some(({ to }) => to.endsWith("onnxruntime-common/dist/cjs/package.json")));
      assert.match(notices(packages), /LGPL/);
    });
});

describe("files of the extension", () => {
  const files = extensionFiles(root).map(({ to }) => to);
  const all = [...files, ...native["linux-x64"].files.map(({ to }) => to)];

  test("are all there", () => {
    for (const path of [
      "README.md",
      "CHANGELOG.md",
      "LICENSE",
      "package.nls.json",
      "l10n/bundle.l10n.json",
      "media/icon.png",
      "media/unipt.svg",
      "dist/extension.js",
      "dist/worker.js",
      "dist/cli.js",
      "dist/experiment.schema.json",
      "dist/webview/runDashboard.js",
      "dist/webview/shared.css",
      "dist/sample/emoji-scenes.unipt.json",
      "dist/sample/models/centernet.onnx",
      "dist/sample/runs/emoji-scenes.unipt.seed1/summary.json",
    ])
      assert.ok(files.includes(path), path);
  });

  test("are nothing else: no source, map, test, or file of the build's own", () => {
    const wrong =
      /\.(ts|map|tsbuildinfo|log|vsix)$|^(src|test|scripts|\.)|(^|\/)\.(git|env|npmrc)|dist\/samples\.js|resume-|lock\./;
    assert.deepEqual(
      all.filter((path) => wrong.test(path)),
      [],
    );
    assert.equal(new Set(all).size, all.length, "no file twice");
  });

  test("hold no path of the machine that built them", () => {
    const texts = extensionFiles(root).filter(({ to }) => /\.(js|jsonl?|css|md|txt)$/.test(to));
    const leaking = texts.filter(({ from }) => readFileSync(from, "utf8").includes(`${root}/`));
    assert.deepEqual(
      leaking.map(({ to }) => to),
      [],
    );
  });

  test("hold a sample of at most 25 MB", () => {
    const sample = extensionFiles(root).filter(({ to }) => to.startsWith("dist/sample/"));
    assert.ok(sample.length > 800);
    assert.ok(sample.reduce((sum, { from }) => sum + statSync(from).size, 0) <= 25e6);
  });
});

describe("the packaged file", { skip: process.env.UNIPT_VSIX ? false : "UNIPT_VSIX names none" }, () => {
  const entries = process.env.UNIPT_VSIX ? zipEntries(process.env.UNIPT_VSIX) : [];
  const find = (name) => entries.find((entry) => entry.name === name);

  test("has at most 60 MB and says its platform", () => {
    assert.ok(statSync(process.env.UNIPT_VSIX).size <= 60e6);
    assert.match(find("extension.vsixmanifest").read().toString(), /TargetPlatform="linux-x64"/);
  });

  test("holds exactly what the lists name", () => {
    const listed = [...extensionFiles(root), ...native["linux-x64"].files].map(({ to }) => to);
    // The packager renames some, and adds two of its own.
    const normal = (path) => path.toLowerCase().replace(/^(readme|changelog|license)(\.(md|txt))?$/, "$1");
    const packed = entries.flatMap(({ name }) => (name.startsWith("extension/") ? [normal(name.slice(10))] : []));
    const expected = [...listed, "package.json", "THIRD-PARTY-NOTICES.txt"].map(normal);
    assert.deepEqual(packed.sort(), expected.sort());
  });

  test("has notices for everything bundled", () => {
    const text = find("extension/THIRD-PARTY-NOTICES.txt").read().toString();
    for (const name of [
      "zod",
      "chart.js",
      "sharp",
      "onnxruntime-node",
      "lit",
      "@img/sharp-libvips-linux-x64",
      "emojibase-data",
    ])
      assert.match(text, new RegExp(`^${name} \\d`, "m"));
  });
});
