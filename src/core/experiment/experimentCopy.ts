import type { RunManifest } from "./runManifest";

/** Longest name of an experiment. */
const maxNameLength = 80;

/** Text of an experiment file that makes a run with the same settings; paths stay relative to the same folder. */
export function experimentCopy({ config, seed }: RunManifest, name: string): string {
  return `${JSON.stringify({ ...config, name, seeds: [seed] }, undefined, 2)}\n`;
}

/** A name for such a file, of the experiment's and the variant's, that is not taken. */
export function copyName({ experiment, variant }: RunManifest, isTaken: (name: string) => boolean): string {
  for (let number = 1; ; number++) {
    const ending = number === 1 ? "" : `-${number}`;
    const stem = `${experiment}-${variant}`.slice(0, maxNameLength - ending.length).replace(/-+$/, "");
    if (!isTaken(stem + ending)) return stem + ending;
  }
}
