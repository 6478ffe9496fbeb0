import { UserError } from "../core/errors";
import { maxHeaderBytes } from "../core/experiment/safetensors";
import { parseSafetensorsHeader } from "../core/experiment/safetensorsHeader";
import type { Checkpoint, CheckpointInfo } from "./checkpoint";
import { decodeCheckpoint, parseCheckpointInfo } from "./checkpoint";
import type { FileSystem } from "./fileSystem";
import { storageError } from "./storageError";

/** Reads a checkpoint file and checks every byte of it. @throws UserError when it is missing or damaged */
export async function loadCheckpoint(fs: FileSystem, path: string): Promise<Checkpoint> {
  try {
    return decodeCheckpoint(await fs.read(path), path);
  } catch (error) {
    throw storageError("read", path, error);
  }
}

/**
 * Reads only what a checkpoint says about itself, without its tensors and without checking them.
 * @throws UserError when the file is missing or its header damaged
 */
export async function readCheckpointInfo(fs: FileSystem, path: string): Promise<CheckpointInfo> {
  const refuse = (reason: string): never => {
    throw new UserError(`${path} is damaged: ${reason}; resume from an earlier checkpoint.`);
  };
  try {
    const { size } = await fs.stat(path);
    const start = await fs.read(path, { offset: 0, length: 8 });
    const length = start.length === 8 ? new DataView(start.buffer, start.byteOffset).getBigUint64(0, true) : -1n;
    if (length < 0n || length > BigInt(maxHeaderBytes) || 8 + Number(length) > size)
      return refuse("its header is cut off");
    const header = await fs.read(path, { offset: 8, length: Number(length) });
    return parseCheckpointInfo(parseSafetensorsHeader(header, size - 8 - Number(length), refuse).metadata, path);
  } catch (error) {
    throw storageError("read", path, error);
  }
}
