import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { dataFiles } from "../core/experiment/dataFiles";
import type { SamplesReply, SamplesRequest } from "../protocol/engine";
import { nodeFileSystem } from "../store/nodeFileSystem";
import { readManifest } from "../store/runListing";
import { readPairs } from "./datasets/readPairs";
import { SplitEntries } from "./retrieval/splitEntries";
import { sha256OfFile } from "./training/fileFingerprints";
import { splitRows } from "./tasks/splitRows";

/**
 * The items of the data set behind positions of a split, as a run counted them. The data are read, but no model.
 * @throws UserError when the data set is gone
 */
export async function describeSamples(request: SamplesRequest): Promise<SamplesReply> {
  const { runDirectory, split, modality, rows, count } = request;
  const { config, baseDirectory, files } = await readManifest(nodeFileSystem, runDirectory);
  for (const [key, written] of Object.entries(dataFiles(config))) {
    const known = files[key];
    const path = resolve(baseDirectory, written);
    // A folder has no fingerprint; the number of its samples is compared below.
    if (known !== undefined && (await isFile(path)) && (await sha256OfFile(path)) !== known.sha256)
      return { entries: [], isChanged: true };
  }
  // Only images and captions have thumbnails and texts to show so far.
  if (config.task !== "image-text-retrieval") return { entries: [], isChanged: false };
  const { items } = await readPairs(config.data, baseDirectory);
  const of = splitRows({ items, isUsable: () => true }, split);
  // Images that could not be read belong to no split; which those were is not known here.
  const isShifted = (modality === "image" ? of.media : of.captions).length !== count;
  if (isShifted) return { entries: [], isChanged: true };
  const entries = new SplitEntries(items, of);
  return { entries: rows.map((row) => entries.entry(modality, row)), isChanged: false };
}

function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (stats) => stats.isFile(),
    () => false,
  );
}
