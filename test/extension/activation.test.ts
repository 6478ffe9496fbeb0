import { join } from "node:path";
import { build } from "esbuild";
import { expect, test } from "vitest";

/** Enough for what composes the extension; schemas, panels and calculations are read when they are needed. */
const largestStart = 100_000;

test("what is read at activation is small: no schema library, no panel, no native module", async () => {
  const { metafile } = await build({
    absWorkingDir: join(__dirname, "../.."),
    entryPoints: { extension: "src/extension/extension.ts" },
    outdir: "dist",
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node20",
    mainFields: ["module", "main"],
    external: ["vscode", "onnxruntime-node", "sharp"],
    minify: true,
    metafile: true,
    write: false,
  });
  const { outputs } = metafile;
  const read = new Set<string>();
  const visit = (path: string): void => {
    const output = outputs[path];
    if (!output || read.has(path)) return;
    read.add(path);
    for (const { path: next, kind } of output.imports) if (kind === "import-statement") visit(next);
  };
  visit("dist/extension.js");
  const modules = [...read].flatMap((path) => Object.keys(outputs[path]?.inputs ?? {}));
  expect(modules.filter((path) => /node_modules|\/panels\/run/.test(path))).toEqual([]);
  expect([...read].reduce((sum, path) => sum + (outputs[path]?.bytes ?? 0), 0)).toBeLessThan(largestStart);
});
