import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { packageFolder } from "../packageFolder";

export interface Emoji {
  /** Code points in upper-case hexadecimal, joined by hyphens. */
  readonly hexcode: string;
  /** English name, e.g. "hot dog". */
  readonly label: string;
  readonly tags: readonly string[];
  /** 3 animals and nature, 4 food and drink, 5 travel and places, 7 objects, 9 flags; undefined for components. */
  readonly group: number | undefined;
  /** The 256-pixel render, a WebP file with transparency. */
  readonly imagePath: string;
}

const emojibaseSchema = z.array(
  z.object({
    hexcode: z.string(),
    label: z.string(),
    tags: z.array(z.string()).default([]),
    group: z.number().optional(),
  }),
);

/**
 * Emoji that have both a Fluent 3D render and English labels, in the order of their hexcodes. Renders are named after the
 * hexcode in lower case, some without its variation selectors.
 */
export async function readEmojiCatalogue(packagesFrom: string): Promise<Emoji[]> {
  const assets = join(packageFolder("@lobehub/fluent-emoji-3d", packagesFrom), "assets");
  const renders = new Set(await readdir(assets));
  const labels = join(packageFolder("emojibase-data", packagesFrom), "en", "data.json");
  return emojibaseSchema
    .parse(JSON.parse(await readFile(labels, "utf8")))
    .flatMap((entry): Emoji[] => {
      const name = entry.hexcode.toLowerCase();
      const file = [name, name.replaceAll("-fe0f", "")].map((stem) => `${stem}.webp`).find((file) => renders.has(file));
      return file === undefined ? [] : [{ ...entry, group: entry.group, imagePath: join(assets, file) }];
    })
    .sort((a, b) => (a.hexcode < b.hexcode ? -1 : 1));
}
