import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { UserError } from "../src/core/errors";

/** Folder of an installed npm package, as seen from `from`: the nearest `node_modules` upwards that has it. */
export function packageFolder(name: string, from: string): string {
  for (let folder = from; ; folder = dirname(folder)) {
    const candidate = join(folder, "node_modules", name);
    if (existsSync(join(candidate, "package.json"))) return candidate;
    if (folder === dirname(folder)) break;
  }
  throw new UserError(
    `The npm package ${name}, which the samples are made from, is not installed near ${from}; run "npm ci" there.`,
  );
}
