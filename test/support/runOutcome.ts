import { createHash } from "node:crypto";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { bytesOf } from "../../src/core/graph/tensor";
import { loadCheckpoint } from "../../src/store/loadCheckpoint";
import { nodeFileSystem } from "../../src/store/nodeFileSystem";
import { readSummary } from "../../src/store/runListing";
import { eventsOf } from "./watchEvents";

/** What two runs have in common when one is the exact repetition of the other. */
export interface RunOutcome {
  readonly losses: readonly number[];
  readonly hash: string;
  readonly metrics: unknown;
}

export async function outcomeOf(run: string): Promise<RunOutcome> {
  const { metrics } = await readSummary(nodeFileSystem, run);
  const losses = (await eventsOf(run)).flatMap((event) => (event.type === "stepEnd" ? [event.loss] : []));
  return { losses, hash: await stateHash(run), metrics };
}

/** SHA-256 over names and bytes of all tensors of a run's newest state. */
async function stateHash(run: string): Promise<string> {
  const names = await readdir(join(run, "checkpoints"));
  const newest = names
    .filter((name) => name.startsWith("resume-"))
    .toSorted()
    .at(-1)!;
  const { tensors } = await loadCheckpoint(nodeFileSystem, join(run, "checkpoints", newest));
  const hash = createHash("sha256");
  for (const [name, value] of Object.entries(tensors).toSorted(([a], [b]) => (a < b ? -1 : 1)))
    hash.update(name).update(bytesOf(value));
  return hash.digest("hex");
}
