import { z } from "zod";
import { ExperimentConfig } from "./experimentConfig";
import { runFormatVersion } from "./runSummary";

/** A file that a run read: enough to tell later whether it is still the same. */
export const FileFingerprint = z.object({ path: z.string(), bytes: z.int().min(0), sha256: z.string() });
export type FileFingerprint = z.infer<typeof FileFingerprint>;

/** `config.json` of a run directory: everything that is needed to run it again. Written once, when the run is created. */
export const RunManifest = z.object({
  formatVersion: z.literal(runFormatVersion),
  experiment: z.string(),
  variant: z.string(),
  seed: z.int().min(0),
  /** Complete settings of this run. */
  config: ExperimentConfig,
  /** Folder that the paths of `config` are relative to. */
  baseDirectory: z.string(),
  /** Models, tokenizers and data by their role, for example "image.backbone.model". */
  files: z.record(z.string(), FileFingerprint),
  /** Versions of this program, Node and the runtime. */
  versions: z.record(z.string(), z.string()),
  /** ISO 8601, UTC. */
  createdAt: z.string(),
});
export type RunManifest = z.infer<typeof RunManifest>;
