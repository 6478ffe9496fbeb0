import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";

/** Paths of all files below a folder, relative to it, with forward slashes and in order; none when there is no such folder. */
export function filesBelow(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(folder.length + 1))
    .map((path) => path.replaceAll("\\", "/"))
    .sort();
}

export function readJson(path) {
  return JSON.parse(readFileSync(path, "utf8"));
}

/** Files of a folder as a list of source and place in the package. */
export function mapped(folder, place, isWanted = () => true) {
  return filesBelow(folder)
    .filter(isWanted)
    .map((path) => ({ from: join(folder, path), to: posix.join(place, path) }));
}
