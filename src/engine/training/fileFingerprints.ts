import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { UserError } from "../../core/errors";
import { dataFiles } from "../../core/experiment/dataFiles";
import type { ExperimentConfig } from "../../core/experiment/experimentConfig";
import { sidesOf } from "../../core/experiment/sides";
import type { FileFingerprint } from "../../core/experiment/runManifest";

/**
 * Size and SHA-256 of every file that an experiment names, by the key that names it. Folders have no fingerprint.
 * @throws UserError when a file is missing
 */
export async function fileFingerprints(
  config: ExperimentConfig,
  baseDirectory: string,
): Promise<Record<string, FileFingerprint>> {
  const named: Record<string, string | undefined> = { ...dataFiles(config) };
  for (const { name, backbone } of sidesOf(config)) {
    named[`${name}.backbone.model`] = backbone.model;
    if ("preprocessor" in backbone) named[`${name}.backbone.preprocessor`] = backbone.preprocessor;
    if ("tokenizer" in backbone) named[`${name}.backbone.tokenizer`] = backbone.tokenizer;
  }
  const fingerprints: Record<string, FileFingerprint> = {};
  for (const [key, written] of Object.entries(named)) {
    if (written === undefined) continue;
    const path = resolve(baseDirectory, written);
    const stats = await stat(path).catch((cause: unknown) => {
      throw new UserError(`"${path}" does not exist; correct "${key}" in the experiment file.`, { cause });
    });
    if (stats.isFile()) fingerprints[key] = { path: written, bytes: stats.size, sha256: await sha256OfFile(path) };
  }
  return fingerprints;
}

/** SHA-256 of a file of any size, in hexadecimal. */
export async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk as Uint8Array);
  return hash.digest("hex");
}
