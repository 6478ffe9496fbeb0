import { cpus } from "node:os";
import packageJson from "../../../package.json";
import type { RunManifest } from "../../core/experiment/runManifest";
import type { RunPlan } from "../../core/experiment/runPlan";
import { runFormatVersion } from "../../core/experiment/runSummary";
import type { Fingerprint } from "../../store/checkpoint";
import { nodeFileSystem } from "../../store/nodeFileSystem";
import { systemProcesses } from "../../store/processIdentity";
import { createRun } from "../../store/runDirectory";
import { readManifest } from "../../store/runListing";
import { RunWriter } from "../../store/runWriter";
import { fileFingerprints } from "./fileFingerprints";

export interface OpenRunRequest {
  readonly plan: RunPlan;
  readonly baseDirectory: string;
  /** Folder in which a new run directory is made. */
  readonly runsDirectory: string;
  /** A run directory to go on with instead. */
  readonly resume?: string | undefined;
}

export interface OpenRun {
  readonly writer: RunWriter;
  readonly manifest: RunManifest;
  /** What differs between the files a resumed run has read before and those it finds now, one sentence each. */
  readonly changes: readonly string[];
}

/**
 * Makes a run directory, or takes one up again, and becomes its only writer.
 * @throws UserError when a file is missing, another process writes to the run, or the run is complete
 */
export async function openRun({ plan, baseDirectory, runsDirectory, resume }: OpenRunRequest): Promise<OpenRun> {
  const files = await fileFingerprints(plan.config, baseDirectory);
  if (resume === undefined) {
    const manifest: RunManifest = {
      formatVersion: runFormatVersion,
      experiment: plan.experiment,
      variant: plan.variant,
      seed: plan.seed,
      config: plan.config,
      baseDirectory,
      files,
      versions: versions(),
      createdAt: new Date().toISOString(),
    };
    const directory = await createRun(nodeFileSystem, runsDirectory, manifest);
    return { writer: await openWriter(directory), manifest, changes: [] };
  }
  const manifest = await readManifest(nodeFileSystem, resume);
  const changes = Object.entries(files).flatMap(([key, { path, sha256 }]) =>
    manifest.files[key]?.sha256 === sha256
      ? []
      : [`"${path}" (${key}) has changed since the run was started: the rest of the run differs from its beginning.`],
  );
  return { writer: await openWriter(resume), manifest, changes };
}

function openWriter(directory: string): Promise<RunWriter> {
  return RunWriter.open(nodeFileSystem, directory, { processes: systemProcesses, now: Date.now });
}

/** Of this program and what it runs on. */
export function versions(): Record<string, string> {
  return {
    unipt: packageJson.version,
    node: process.versions.node,
    onnxruntime: packageJson.dependencies["onnxruntime-node"],
  };
}

/** What results depend on in their last digits. */
export function machineFingerprint(device: string, threads: number): Fingerprint {
  const { onnxruntime } = versions();
  return {
    device,
    threads,
    onnxruntime: onnxruntime ?? "?",
    system: `${process.platform}-${process.arch}`,
    processor: cpus()[0]?.model.trim() ?? "?",
  };
}
