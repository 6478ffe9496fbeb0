import { uniform } from "../../src/core/nn/random";

export type Split = "train" | "val" | "test";

export interface Background {
  readonly name: string;
  /** Red, green, blue, 0 to 255. */
  readonly rgb: readonly [number, number, number];
}

export const backgrounds: readonly Background[] = [
  { name: "red", rgb: [200, 40, 40] },
  { name: "orange", rgb: [240, 150, 40] },
  { name: "yellow", rgb: [245, 225, 70] },
  { name: "green", rgb: [60, 160, 70] },
  { name: "blue", rgb: [50, 90, 200] },
  { name: "purple", rgb: [130, 70, 170] },
  { name: "gray", rgb: [128, 128, 128] },
  { name: "white", rgb: [255, 255, 255] },
];

/** Height and width of a scene in pixels. */
export const SCENE_SIZE = 192;
export const emojiSizes = { small: 56, large: 120 } as const;

export interface ScenePlan {
  readonly index: number;
  readonly emojiIndex: number;
  readonly background: Background;
  readonly size: keyof typeof emojiSizes;
  /** Top left corner of the emoji in pixels. */
  readonly left: number;
  readonly top: number;
  readonly caption: string;
  readonly split: Split;
}

/**
 * Every emoji on every background, scene 8e + c. Size and split follow from the combination (e, c): each emoji, colour and
 * size is seen in training, the test pairs are not, so that telling test scenes apart takes binding attributes to objects.
 * @param seed of the positions, which are uniform over all places where the emoji lies fully inside
 */
export function planScenes(labels: readonly string[], seed: number): ScenePlan[] {
  const places = uniform({ seed, stream: "emoji-scenes/positions" }, 2 * labels.length * backgrounds.length);
  return labels.flatMap((label, e) =>
    backgrounds.map((background, c): ScenePlan => {
      const index = backgrounds.length * e + c;
      const size = (e + c + Math.floor(c / 2)) % 2 === 0 ? "small" : "large";
      const free = SCENE_SIZE - emojiSizes[size] + 1;
      return {
        index,
        emojiIndex: e,
        background,
        size,
        left: Math.floor((places[2 * index] ?? 0) * free),
        top: Math.floor((places[2 * index + 1] ?? 0) * free),
        caption: `a ${size} ${label} on a ${background.name} background`,
        split: splitOf((e + 3 * c) % 5),
      };
    }),
  );
}

function splitOf(q: number): Split {
  return q === 0 ? "test" : q === 1 ? "val" : "train";
}
