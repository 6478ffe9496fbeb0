import { UserError } from "../src/core/errors";
import { buildSamples, type SampleName, sampleNames } from "./buildSamples";
import { buildPackagedSample } from "./packaged/packagedSample";

/** `node dist/samples.js FOLDER [SAMPLE…]`, or `node dist/samples.js --packaged FOLDER` for what the extension brings along. */
async function main([outputDir, ...names]: readonly string[]): Promise<void> {
  if (outputDir === "--packaged" && names[0] !== undefined) {
    await buildPackagedSample(names[0], process.cwd());
    return;
  }
  if (outputDir === undefined)
    throw new UserError(`Name the folder to write to, and optionally samples: ${sampleNames.join(", ")}.`);
  const unknown = names.find((name) => !sampleNames.some((sample) => sample === name));
  if (unknown !== undefined)
    throw new UserError(`There is no sample "${unknown}"; choose from ${sampleNames.join(", ")}.`);
  const paths = await buildSamples(outputDir, names.length > 0 ? { names: names as SampleName[] } : {});
  for (const path of Object.values(paths)) process.stdout.write(`${path}\n`);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  const isUsers = error instanceof UserError;
  process.stderr.write(`${isUsers ? error.message : String((error as Error).stack)}\n`);
  process.exitCode = isUsers ? 2 : 1;
});
