// Writes the JSON Schema of experiment files, from which the editor completes and explains them.
import { createRequire } from "node:module";
import { rmSync, writeFileSync } from "node:fs";
import { build } from "esbuild";

/** @param options esbuild's for code that runs in Node; `absWorkingDir` is the project folder. */
export async function writeSchema(options, file) {
  const bundle = `${file}.cjs`;
  await build({
    ...options,
    entryPoints: ["src/core/experiment/editorSchema.ts"],
    outdir: undefined,
    outfile: bundle,
    sourcemap: false,
  });
  const { editorSchema } = createRequire(import.meta.url)(bundle);
  writeFileSync(file, JSON.stringify(editorSchema()));
  rmSync(bundle);
}
