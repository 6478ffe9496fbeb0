import type { SplitConfig } from "../../core/experiment/dataConfig";
import type { Split } from "../../core/experiment/dataFiles";
import { permutation } from "../../core/nn/random";

/**
 * A seeded random split of `count` items. The shares are exact up to rounding and the same seed gives the same split on
 * every platform.
 */
export function assignSplits(count: number, { train, val, seed }: SplitConfig): Split[] {
  const assigned = Array.from({ length: count }, (): Split => "test");
  const [trainEnd, valEnd] = [Math.round(train * count), Math.round((train + val) * count)];
  for (const [rank, index] of permutation({ seed, stream: "split" }, count).entries()) {
    if (rank < trainEnd) assigned[index] = "train";
    else if (rank < valEnd) assigned[index] = "val";
  }
  return assigned;
}

const aliases: Readonly<Record<string, Split>> = {
  train: "train",
  training: "train",
  restval: "train", // Karpathy's lists: validation images that everyone trains on
  val: "val",
  valid: "val",
  validate: "val", // MSR-VTT
  validation: "val",
  dev: "val",
  test: "test",
  testall: "test", // the text files of VSE∞: all 5000 test images of MS-COCO
};

/** The split that a data file means by `name`, whatever its case; undefined when it is none. */
export function splitOf(name: string): Split | undefined {
  return Object.hasOwn(aliases, name.toLowerCase()) ? aliases[name.toLowerCase()] : undefined;
}
