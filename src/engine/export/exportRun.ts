import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "../../core/errors";
import type { ExportReply, ExportRequest } from "../../protocol/engine";
import { writeFileAtomic } from "../../store/atomicFile";
import { loadBestCheckpoint } from "../../store/bestCheckpoint";
import { nodeFileSystem } from "../../store/nodeFileSystem";
import { readManifest } from "../../store/runListing";
import { exportOnnx } from "./exportOnnx";
import { exportSafetensors } from "./exportSafetensors";

/**
 * Writes the best parameters of a run in a form that other programs read, into `directory`, which is made.
 * @throws UserError when the run has no best checkpoint, or files that it names are gone
 */
export async function exportRun({ runDirectory, format, directory }: ExportRequest): Promise<ExportReply> {
  const manifest = await readManifest(nodeFileSystem, runDirectory);
  const checkpoint = await loadBestCheckpoint(nodeFileSystem, runDirectory);
  await mkdir(directory, { recursive: true }).catch((cause: unknown) => {
    throw new UserError(`The folder "${directory}" cannot be made (${(cause as Error).message}); choose another.`, {
      cause,
    });
  });
  const request = { manifest, tensors: checkpoint.tensors, write: writerInto(directory) };
  const files = format === "onnx" ? await exportOnnx(request) : await exportSafetensors(request);
  return { files, checkpoint: { epoch: checkpoint.info.epoch, step: checkpoint.info.step } };
}

/** Writes a file whole or not at all; returns its path. */
function writerInto(directory: string): (name: string, bytes: Uint8Array) => Promise<string> {
  return async (name, bytes) => {
    const path = join(directory, name);
    await writeFileAtomic(nodeFileSystem, path, [bytes]);
    return path;
  };
}
