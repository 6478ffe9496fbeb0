import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect } from "vitest";

import { UserError } from "../../src/core/errors";
import type { Dataset } from "../../src/engine/datasets/dataset";

/** A folder for the files of each test of a file. */
export interface DataFolder {
  readonly path: string;
  /** Text as it is, bytes, or any other value as JSON. @returns the absolute path */
  write(name: string, content?: unknown): string;
  /** Empty files. */
  touch(...names: string[]): void;
}

export function useDataFolder(): DataFolder {
  let path = "";
  beforeEach(() => {
    path = mkdtempSync(join(tmpdir(), "data-"));
  });
  afterEach(() => {
    rmSync(path, { recursive: true });
  });
  const write = (name: string, content: unknown = ""): string => {
    const file = join(path, name);
    mkdirSync(dirname(file), { recursive: true });
    const isRaw = typeof content === "string" || Buffer.isBuffer(content);
    writeFileSync(file, isRaw ? content : JSON.stringify(content));
    return file;
  };
  return {
    get path() {
      return path;
    },
    write,
    touch: (...names) => {
      for (const name of names) write(name);
    },
  };
}

/** One object a line. */
export function jsonLines(...rows: unknown[]): string {
  return rows.map((row) => JSON.stringify(row)).join("\n");
}

/** What a reader complains of: why it refuses the files, or what it leaves out. */
export async function complaints(reading: Promise<Dataset<unknown>>): Promise<readonly string[]> {
  try {
    const { problems } = await reading;
    return problems.map(({ line, message }) => (line === undefined ? message : `line ${line}: ${message}`));
  } catch (error) {
    expect(error).toBeInstanceOf(UserError);
    const { message } = error as Error;
    expect(message).toMatch(/\.$/);
    return [message];
  }
}

/** A copy of JSON data with something changed. */
export function changed<T>(value: T, change: (copy: T) => void): T {
  const copy = structuredClone(value);
  change(copy);
  return copy;
}
