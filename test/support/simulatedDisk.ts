import { basename, dirname } from "node:path";
import type { FileSystem, WritableFile } from "../../src/store/fileSystem";

/** One write that no sync has made durable: bytes at an offset, or everything cut off. */
type PendingWrite = { readonly offset: number; readonly bytes: Uint8Array } | "truncate";

interface FileNode {
  durable: Uint8Array;
  current: Uint8Array;
  pending: PendingWrite[];
  modifiedMs: number;
}

/** Names that change together: a rename frees one and sets another. */
type NameChange = readonly (readonly [name: string, node: Node | undefined])[];

interface DirectoryNode {
  readonly durable: Map<string, Node>;
  readonly current: Map<string, Node>;
  pending: NameChange[];
}

type Node = FileNode | DirectoryNode;

/** The power went: every call from here on fails, like in a process that is no more. */
class PowerLoss extends Error {}

/** What becomes of writes and names that were not synced: `random` draws from the seed whether each is kept, torn or lost. */
export type Survival = "nothing" | "everything" | { readonly seed: number };

/**
 * A disk in memory that forgets. It tells what was synced from what was not, can stop the world at any call or refuse it,
 * and hands out what a disk may hold after that.
 */
export class SimulatedDisk implements FileSystem {
  /** Calls so far; a fault is planned by this number. */
  calls = 0;
  /** The call that fails with `code`, or at which the power goes for code "power"; a write gets half way first. */
  fault: { readonly call: number; readonly code: string } | undefined;
  clockMs = 1_000_000;
  isOff = false;

  constructor(readonly root: DirectoryNode = makeDirectoryNode()) {}

  async open(path: string, mode: "create" | "create-new" | "append"): Promise<WritableFile> {
    await this.#enter();
    const directory = this.#directoryOf(path);
    const found = directory.current.get(basename(path));
    if (found !== undefined && (mode === "create-new" || isDirectory(found))) throw failure("EEXIST", path);
    const file: FileNode = found ?? {
      durable: new Uint8Array(),
      current: new Uint8Array(),
      pending: [],
      modifiedMs: 0,
    };
    if (found === undefined) changeNames(directory, [[basename(path), file]]);
    else if (mode === "create") [file.current, file.pending] = [new Uint8Array(), [...file.pending, "truncate"]];
    file.modifiedMs = this.clockMs;
    return this.#writable(file);
  }

  async read(
    path: string,
    { offset, length }: { offset: number; length?: number } = { offset: 0 },
  ): Promise<Uint8Array> {
    await this.#enter();
    const { current } = this.#file(path);
    return current.slice(offset, length === undefined ? undefined : offset + length);
  }

  async stat(path: string): Promise<{ size: number; modifiedMs: number }> {
    await this.#enter();
    const { current, modifiedMs } = this.#file(path);
    return { size: current.length, modifiedMs };
  }

  async touch(path: string): Promise<void> {
    await Promise.resolve();
    if (!this.isOff) this.#file(path).modifiedMs = this.clockMs;
  }

  async list(directory: string): Promise<{ name: string; isDirectory: boolean }[]> {
    await this.#enter();
    return [...this.#directory(directory).current].map(([name, node]) => ({ name, isDirectory: isDirectory(node) }));
  }

  async makeDirectory(path: string): Promise<void> {
    await this.#enter();
    const parent = this.#directoryOf(path);
    if (parent.current.has(basename(path))) throw failure("EEXIST", path);
    changeNames(parent, [[basename(path), makeDirectoryNode()]]);
  }

  async rename(from: string, to: string): Promise<void> {
    await this.#enter();
    const parent = this.#directoryOf(from);
    if (parent !== this.#directoryOf(to)) throw new Error("The store renames within one directory only.");
    const [node, replaced] = [parent.current.get(basename(from)), parent.current.get(basename(to))];
    if (node === undefined) throw failure("ENOENT", from);
    if (replaced !== undefined && isDirectory(replaced) && replaced.current.size > 0) throw failure("ENOTEMPTY", to);
    changeNames(parent, [
      [basename(from), undefined],
      [basename(to), node],
    ]);
  }

  async link(existing: string, path: string): Promise<void> {
    await this.#enter();
    const parent = this.#directoryOf(path);
    if (parent.current.has(basename(path))) throw failure("EEXIST", path);
    changeNames(parent, [[basename(path), this.#file(existing)]]);
  }

  async remove(path: string): Promise<void> {
    await this.#enter();
    const parent = this.#directoryOf(path);
    if (!parent.current.has(basename(path))) throw failure("ENOENT", path);
    changeNames(parent, [[basename(path), undefined]]);
  }

  async syncDirectory(path: string): Promise<void> {
    await this.#enter();
    const directory = this.#directory(path);
    for (const change of directory.pending) applyNames(directory.durable, change);
    directory.pending = [];
  }

  /** What the disk may hold once the power is back. */
  afterPowerLoss(survival: Survival): SimulatedDisk {
    const draw =
      typeof survival === "object" ? randomSource(survival.seed) : () => (survival === "everything" ? 0 : 0.999);
    const disk = new SimulatedDisk(surviveDirectory(this.root, draw, new Map()));
    disk.clockMs = this.clockMs + 60_000;
    return disk;
  }

  /** All paths of files, for looking for leftovers. */
  paths(directory = this.root, prefix = ""): string[] {
    return [...directory.current].flatMap(([name, node]) =>
      isDirectory(node) ? this.paths(node, `${prefix}/${name}`) : [`${prefix}/${name}`],
    );
  }

  #writable(file: FileNode): WritableFile {
    const write = (bytes: Uint8Array): void => {
      file.pending.push({ offset: file.current.length, bytes: bytes.slice() });
      file.current = new Uint8Array(Buffer.concat([file.current, bytes]));
      file.modifiedMs = this.clockMs;
    };
    return {
      write: async (bytes) => {
        await this.#enter(() => write(bytes.subarray(0, bytes.length >> 1)));
        write(bytes);
      },
      sync: async () => {
        await this.#enter();
        [file.durable, file.pending] = [file.current, []];
      },
      close: () => this.#enter(),
    };
  }

  async #enter(halfWay: () => void = () => undefined): Promise<void> {
    await Promise.resolve();
    if (this.isOff) throw new PowerLoss("The power is off.");
    if (++this.calls !== this.fault?.call) return;
    halfWay();
    if (this.fault.code !== "power") throw failure(this.fault.code, "injected");
    this.isOff = true;
    throw new PowerLoss("The power went.");
  }

  #directory(path: string): DirectoryNode {
    const names = path.split("/").filter((name) => name !== "");
    return names.reduce<DirectoryNode>((node, name) => {
      const next = node.current.get(name);
      if (next === undefined) throw failure("ENOENT", path);
      if (!isDirectory(next)) throw failure("ENOTDIR", path);
      return next;
    }, this.root);
  }

  #directoryOf(path: string): DirectoryNode {
    return this.#directory(dirname(path));
  }

  #file(path: string): FileNode {
    const node = this.#directoryOf(path).current.get(basename(path));
    if (node === undefined) throw failure("ENOENT", path);
    if (isDirectory(node)) throw failure("EISDIR", path);
    return node;
  }
}

function makeDirectoryNode(): DirectoryNode {
  return { durable: new Map(), current: new Map(), pending: [] };
}

function isDirectory(node: Node): node is DirectoryNode {
  return node.current instanceof Map;
}

function changeNames(directory: DirectoryNode, change: NameChange): void {
  applyNames(directory.current, change);
  directory.pending.push(change);
}

function applyNames(names: Map<string, Node>, change: NameChange): void {
  for (const [name, node] of change) {
    if (node === undefined) names.delete(name);
    else names.set(name, node);
  }
}

/** Below ½ a change survives; above, it is lost. Files of two names stay one file. */
function surviveDirectory(from: DirectoryNode, draw: () => number, seen: Map<Node, Node>): DirectoryNode {
  const names = new Map(from.durable);
  for (const change of from.pending) if (draw() < 0.5) applyNames(names, change);
  const survivor = makeDirectoryNode();
  for (const [name, node] of names) {
    const copy = seen.get(node) ?? (isDirectory(node) ? surviveDirectory(node, draw, seen) : surviveFile(node, draw));
    seen.set(node, copy);
    survivor.durable.set(name, copy);
    survivor.current.set(name, copy);
  }
  return survivor;
}

/** Each write is kept, lost, cut short, or cut short with garbage or zeros after it; its place in the file may be kept empty. */
function surviveFile({ durable, pending, modifiedMs }: FileNode, draw: () => number): FileNode {
  let content = Buffer.from(durable);
  for (const write of pending) {
    const fate = draw();
    if (write === "truncate") {
      if (fate < 0.5) content = Buffer.alloc(0);
      continue;
    }
    if (fate >= 0.8) continue;
    const kept = fate < 0.5 ? write.bytes.length : Math.floor(draw() * write.bytes.length);
    const rest = fate < 0.6 ? 0 : write.bytes.length - kept;
    const grown = Buffer.alloc(Math.max(content.length, write.offset + kept + rest), fate < 0.7 ? 0 : 0xa5);
    content.copy(grown);
    grown.fill(0, content.length, Math.max(content.length, write.offset));
    grown.set(write.bytes.subarray(0, kept), write.offset);
    content = grown;
  }
  const bytes = new Uint8Array(content);
  return { durable: bytes, current: bytes, pending: [], modifiedMs };
}

/** A small seeded generator in [0, 1) (xorshift32). */
function randomSource(seed: number): () => number {
  let state = (seed * 0x9e3779b1 + 0x7f4a7c15) | 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

function failure(code: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${path}`), { code });
}
