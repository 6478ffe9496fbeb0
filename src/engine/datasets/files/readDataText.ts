import { constants } from "node:buffer";
import type { Stats } from "node:fs";
import { readFile, stat } from "node:fs/promises";

import { UserError } from "../../../core/errors";
import type { DataFile } from "../../../core/experiment/dataFiles";

/** A data file is read whole, as one string: V8 holds no longer one. */
const maxBytes = constants.MAX_STRING_LENGTH;

/**
 * The text of a data file, without a byte order mark.
 * @throws UserError when it is missing, too long, empty or no UTF-8 text
 */
export async function readDataText({ path, key }: DataFile): Promise<string> {
  const bytes = await readDataBytes({ path, key });
  if (isUtf16(bytes)) throw new UserError(`"${path}" is UTF-16 text; save it as UTF-8.`);
  if (bytes.subarray(0, 4096).includes(0))
    throw new UserError(`"${path}" is no text file; correct "${key}" in the experiment file.`);
  const text = bytes.toString("utf8").replace(/^\uFEFF/, "");
  if (text.trim() === "") throw new UserError(`"${path}" is empty; correct "${key}" in the experiment file.`);
  return text;
}

/** The bytes of a data file. @throws UserError when it is missing or too long */
export async function readDataBytes({ path, key }: DataFile): Promise<Buffer> {
  const { size } = await statDataFile({ path, key });
  if (size > maxBytes)
    throw new UserError(
      `"${path}" has ${Math.ceil(size / 2 ** 20)} MiB, and files are read up to ${Math.floor(maxBytes / 2 ** 20)} MiB; ` +
        `split it into several (JSON Lines are easily cut) and list them under "${key}".`,
    );
  return readFile(path).catch((cause: unknown) => {
    throw new UserError(`"${path}" cannot be read (${(cause as Error).message}); correct "${key}".`, { cause });
  });
}

/** @throws UserError when there is no such file or folder */
export function statDataFile({ path, key }: DataFile): Promise<Stats> {
  return stat(path).catch((cause: unknown) => {
    throw new UserError(`The data file "${path}" does not exist; correct "${key}" in the experiment file.`, { cause });
  });
}

function isUtf16(bytes: Buffer): boolean {
  const [first, second] = bytes;
  return (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
}
