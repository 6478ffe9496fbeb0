import { createHash } from "node:crypto";
import { z } from "zod";
import { UserError } from "../core/errors";
import { Measured } from "../core/experiment/metrics";
import { decodeSafetensors, safetensorsHeader } from "../core/experiment/safetensors";
import { bytesOf, type Tensor } from "../core/graph/tensor";

const checkpointFormatVersion = 1;
const count = z.int().min(0);

/** What ran when a checkpoint was made; results are bit-identical only while all of it stays the same. */
export const Fingerprint = z.record(z.string(), z.union([z.string(), z.number()]));
export type Fingerprint = z.infer<typeof Fingerprint>;

/** Everything about a checkpoint but its tensors. Random numbers need no state: they are keyed by (seed, step). */
export const CheckpointInfo = z.object({
  formatVersion: z.literal(checkpointFormatVersion),
  /** `resume` holds the whole training state, `best` the weights that evaluation and export need. */
  kind: z.enum(["resume", "best"]),
  /** Updates done. */
  step: count,
  /** Epochs completed. */
  epoch: count,
  seed: count,
  /** How many events of the log it has seen; a resumed run goes on from there. */
  eventSeq: count,
  fingerprint: Fingerprint,
  /** The best checkpoint at this point of the run. */
  best: z.object({ file: z.string(), step: count, epoch: count, metric: z.string(), value: Measured }).optional(),
  /** What else the trainer needs to go on exactly, for example evaluations without improvement. */
  trainer: z.record(z.string(), z.unknown()),
});
export type CheckpointInfo = z.infer<typeof CheckpointInfo>;

export interface Checkpoint {
  readonly info: CheckpointInfo;
  readonly tensors: Readonly<Record<string, Tensor>>;
}

const hashStart = '{"__metadata__":{"sha256":"';
const hashOffset = 8 + hashStart.length;
const hashLength = 64;
const noHash = "0".repeat(hashLength);

/**
 * A checkpoint as a safetensors file, in pieces ready to be written one after the other. Its metadata hold the info and the
 * SHA-256 of the whole file (with zeros where the hash stands), so that any change of any byte is found.
 */
export function encodeCheckpoint({ info, tensors }: Checkpoint): readonly Uint8Array[] {
  const { header, order } = safetensorsHeader(tensors, { sha256: noHash, checkpoint: JSON.stringify(info) });
  const chunks = [header, ...order.map(bytesOf)];
  const hash = createHash("sha256");
  for (const chunk of chunks) hash.update(chunk);
  header.set(Buffer.from(hash.digest("hex")), hashOffset);
  return chunks;
}

/**
 * Reads a checkpoint file back.
 * @throws UserError that names `path` when a byte differs from what was written, or a later version wrote it
 */
export function decodeCheckpoint(bytes: Uint8Array, path: string): Checkpoint {
  verifyCheckpoint(bytes, path);
  const { tensors, metadata } = decodeSafetensors(bytes, path);
  return { info: parseCheckpointInfo(metadata, path), tensors };
}

/** Checks that the bytes are a checkpoint exactly as it was written. @throws UserError that names `path` */
export function verifyCheckpoint(bytes: Uint8Array, path: string): void {
  const start = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, hashOffset + hashLength));
  const stored = start.toString("latin1", hashOffset);
  const isCheckpoint = start.toString("latin1", 8, hashOffset) === hashStart;
  const hash = createHash("sha256");
  hash
    .update(start.subarray(0, hashOffset))
    .update(noHash)
    .update(bytes.subarray(hashOffset + hashLength));
  if (isCheckpoint && hash.digest("hex") === stored) return;
  throw new UserError(`${path} is damaged: its checksum does not match; resume from an earlier checkpoint.`);
}

/** The info within a file's metadata. @throws UserError when another version wrote it */
export function parseCheckpointInfo(metadata: Readonly<Record<string, string>>, path: string): CheckpointInfo {
  const info = CheckpointInfo.safeParse(parseJson(metadata["checkpoint"] ?? "null"));
  if (info.success) return info.data;
  throw new UserError(`${path} was not written by this version of UniPT Lab; update it, or start the run anew.`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What differs between the machine that made a checkpoint and this one, one sentence each. */
export function fingerprintChanges(before: Fingerprint, now: Fingerprint): readonly string[] {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(now)])].sort();
  return keys.flatMap((key) => {
    const [old, current] = [before[key] ?? "unknown", now[key] ?? "unknown"];
    if (old === current) return [];
    return [`The checkpoint was made with ${key} ${old}, this is ${current}: results may differ in the last digits.`];
  });
}
