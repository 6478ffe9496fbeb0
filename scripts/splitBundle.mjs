import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { build, transform } from "esbuild";

/**
 * Bundles Node entry points into CommonJS files that share pieces: what an entry imports dynamically is read from disk when it is
 * needed, not at start. esbuild splits ES modules only, so each piece is turned into CommonJS afterwards; a module still exists
 * once, whichever pieces use it.
 *
 * @returns esbuild's metafile of the split build, with paths relative to `outdir`
 */
export async function splitBundle({ outdir, sourcemap = false, minify = false, ...options }) {
  const split = await build({
    ...options,
    outdir,
    minify,
    sourcemap: sourcemap && "inline",
    bundle: true,
    format: "esm",
    splitting: true,
    chunkNames: "pieces/[name]-[hash]",
    metafile: true,
    write: false,
  });
  rmSync(join(outdir, "pieces"), { recursive: true, force: true });
  for (const { path, text } of split.outputFiles) {
    const { code } = await transform(text, {
      format: "cjs",
      platform: "node",
      target: options.target,
      minify,
      sourcemap: sourcemap && "inline",
      // `import()` of a CommonJS piece would wrap its exports a second time.
      supported: { "dynamic-import": false },
    });
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, code);
  }
  const name = (path) => relative(outdir, join(options.absWorkingDir, path));
  const outputs = Object.entries(split.metafile.outputs).map(([path, output]) => [name(path), output]);
  return { inputs: split.metafile.inputs, outputs: Object.fromEntries(outputs) };
}
