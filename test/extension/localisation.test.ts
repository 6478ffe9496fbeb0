import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { panelKinds, viewType } from "../../src/protocol/panelKind";
import { englishBackboneLabels } from "../../src/core/views/tree/backboneTree";
import { englishDeviceLabels } from "../../src/core/views/tree/deviceLabels";
import { englishTreeLabels } from "../../src/core/views/tree/treeLabels";
import { namedAxes } from "../../src/core/experiment/ablation/axes";
import { englishLabels } from "../../src/protocol/panelLabels";

const root = join(__dirname, "..", "..");
const read = (file: string): string => readFileSync(join(root, file), "utf8");

interface Manifest {
  readonly activationEvents: readonly string[];
  readonly contributes: { readonly commands: readonly { readonly command: string; readonly title: string }[] };
}

const manifestText = read("package.json");
const manifest = JSON.parse(manifestText) as Manifest;

describe("the manifest", () => {
  test("each contributed command has a handler, and the other way round", () => {
    const files = [
      "commands.ts",
      ...readdirSync(join(root, "src/extension/commands")).map((file) => `commands/${file}`),
    ];
    const tables = files.map((file) => read(`src/extension/${file}`)).join("\n");
    const handlers = [...tables.matchAll(/^ {2}"(unipt\.\w+)":/gm)].map(([, id]) => id);
    expect(manifest.contributes.commands.map(({ command }) => command).sort()).toEqual(handlers.sort());
  });

  test("each placeholder has a text, and each text is used", () => {
    const texts = JSON.parse(read("package.nls.json")) as Record<string, string>;
    const places = [...manifestText.matchAll(/"%([\w.]+)%"/g)].map(([, name]) => name ?? "");
    expect([...new Set(places)].sort()).toEqual(Object.keys(texts).sort());
  });

  test("panels are restored after a reload", () => {
    for (const kind of panelKinds) expect(manifest.activationEvents).toContain(`onWebviewPanel:${viewType(kind)}`);
  });
});

describe("the bundle of texts", () => {
  const bundle = JSON.parse(read("l10n/bundle.l10n.json")) as Record<string, string>;

  const axisLabels = namedAxes.map(({ title, description }) => ({ title, description }));
  const labels = [englishLabels, englishTreeLabels, englishDeviceLabels, englishBackboneLabels, ...axisLabels];

  test("has every text that the extension and its panels show, and no other", () => {
    const files = readdirSync(join(root, "src/extension"), { recursive: true, encoding: "utf8" });
    const sources = files.filter((file) => file.endsWith(".ts")).map((file) => read(join("src/extension", file)));
    const literal = /l10n\.t\(\s*"((?:[^"\\]|\\.)*)"/g;
    const texts = sources.flatMap((source) => [...source.matchAll(literal)].map(([, text]) => text ?? ""));
    expect(Object.keys(bundle).sort()).toEqual(
      [...new Set([...texts, ...labels.flatMap((table) => Object.values(table))])].sort(),
    );
  });

  test("places are numbered from 0 without gaps", () => {
    for (const text of Object.keys(bundle)) {
      const places = [...text.matchAll(/\{(\d+)\}/g)].map(([, index]) => Number(index));
      expect(
        [...new Set(places)].sort((a, b) => a - b),
        text,
      ).toEqual([...new Set(places)].map((_, i) => i));
    }
  });
});
