import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, readFile, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { pipeline } from "node:stream/promises";

import { z } from "zod";

import { writeJsonAtomic } from "../../store/atomicFile";
import { nodeFileSystem } from "../../store/nodeFileSystem";

const Saved = z.record(z.string(), z.object({ size: z.number(), modifiedMs: z.number(), sha256: z.string() }));

type Entry = z.infer<typeof Saved>[string];

/** SHA-256 hashes of files, remembered by path, size and time of change, so that a second run reads none of them again. */
export class Fingerprints {
  readonly #entries: Map<string, Entry>;
  #isChanged = false;

  private constructor(
    readonly path: string,
    entries: Readonly<Record<string, Entry>>,
  ) {
    this.#entries = new Map(Object.entries(entries));
  }

  /** Opens the memory at `path`; a missing or damaged one is empty. */
  static async open(path: string): Promise<Fingerprints> {
    const content = await readFile(path, "utf8").catch(() => "{}");
    return new Fingerprints(path, Saved.safeParse(parse(content)).data ?? {});
  }

  /** Hash of the content of a file, in hexadecimal. */
  async hashOf(file: string): Promise<string> {
    const { size, mtimeMs: modifiedMs } = await stat(file);
    const known = this.#entries.get(file);
    if (known?.size === size && known.modifiedMs === modifiedMs) return known.sha256;
    const hash = createHash("sha256");
    await pipeline(createReadStream(file), hash);
    const sha256 = hash.digest("hex");
    this.#entries.set(file, { size, modifiedMs, sha256 });
    this.#isChanged = true;
    return sha256;
  }

  /** Keeps what was learned. */
  async save(): Promise<void> {
    if (!this.#isChanged) return;
    await mkdir(dirname(this.path), { recursive: true });
    await writeJsonAtomic(nodeFileSystem, this.path, Object.fromEntries(this.#entries));
    this.#isChanged = false;
  }
}

function parse(content: string): unknown {
  try {
    return JSON.parse(content);
  } catch {
    return {};
  }
}
