import { beforeAll, describe, expect, test } from "vitest";
import { emojiRows } from "../../samples/emoji/emojiFiles";
import { type Emoji, readEmojiCatalogue } from "../../samples/emoji/emojiCatalogue";
import { compose } from "../../samples/emoji/renderEmoji";
import { sceneEmoji } from "../../samples/emoji-scenes/sceneEmoji";
import { emojiSizes, planScenes, SCENE_SIZE } from "../../samples/emoji-scenes/scenePlan";
import sharp from "sharp";

const count = <T>(items: readonly T[], key: (item: T) => string): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const item of items) counts[key(item)] = (counts[key(item)] ?? 0) + 1;
  return counts;
};

describe("emoji data", () => {
  let catalogue: Emoji[];
  beforeAll(async () => {
    catalogue = await readEmojiCatalogue(process.cwd());
  });

  test("has the hundred emoji of the scenes in the packages, each once and in order", () => {
    const chosen = sceneEmoji(catalogue);
    expect(chosen).toHaveLength(100);
    expect(chosen.map(({ label }) => label).filter((_, e) => e % 20 === 0)).toEqual([
      "rainbow",
      "dragon",
      "scroll",
      "egg",
      "onion",
    ]);
    expect(new Set(chosen.map(({ hexcode }) => hexcode)).size).toBe(100);
    expect(() => sceneEmoji(catalogue.filter(({ label }) => label !== "dna"))).toThrow(/99 of the 100 emoji/);
  });

  test("plans 800 scenes whose test pairs are new while each emoji, colour and size is seen in training", () => {
    const plans = planScenes(
      sceneEmoji(catalogue).map(({ label }) => label),
      0,
    );
    expect(plans.map(({ index }) => index)).toEqual([...Array(800).keys()]);
    expect(count(plans, ({ split }) => split)).toEqual({ train: 480, val: 160, test: 160 });
    expect(new Set(plans.map(({ caption }) => caption)).size).toBe(800);
    expect(plans[8 * 45 + 4]).toMatchObject({ caption: "a large locked on a blue background", split: "train" });
    expect(plans[0]).toMatchObject({ caption: "a small rainbow on a red background", split: "test" });
    const train = plans.filter(({ split }) => split === "train");
    expect(new Set(train.map(({ emojiIndex }) => emojiIndex)).size).toBe(100);
    expect(new Set(train.map(({ background, size }) => `${background.name} ${size}`)).size).toBe(16);
  });

  test("places every emoji fully inside, all over the scene, and in the same places each time", () => {
    const labels = sceneEmoji(catalogue).map(({ label }) => label);
    const plans = planScenes(labels, 0);
    for (const side of ["left", "top"] as const) {
      for (const size of ["small", "large"] as const) {
        const places = plans
          .filter((plan) => plan.size === size)
          .map((plan) => plan[side] / (SCENE_SIZE - emojiSizes[size]));
        expect(Math.min(...places)).toBeGreaterThanOrEqual(0);
        expect(Math.max(...places)).toBeLessThanOrEqual(1);
        expect(places.reduce((sum, place) => sum + place, 0) / places.length).toBeCloseTo(0.5, 1);
      }
    }
    expect(planScenes(labels, 0)).toEqual(plans);
    expect(planScenes(labels, 1).map(({ left }) => left)).not.toEqual(plans.map(({ left }) => left));
  });

  test("captions 1,394 emoji with their human labels and tags", () => {
    const rows = emojiRows(catalogue).map(({ row }) => row);
    expect(count(rows, ({ split }) => split)).toEqual({ train: 995, val: 199, test: 200 });
    expect(rows.find(({ image }) => image === "images/1f32d.png")?.captions).toEqual([
      "hot dog, dog, frankfurter, hot, hotdog, sausage",
    ]);
  });

  test("blends an emoji into the scene by its transparency", async () => {
    const rgba = Uint8Array.of(255, 0, 0, 255, 0, 255, 0, 128, 9, 9, 9, 0, 0, 0, 255, 255);
    const png = await compose({ size: 2, rgba }, { size: 3, rgb: [100, 100, 100] }, { left: 1, top: 0 });
    const { data, info } = await sharp(png).raw().toBuffer({ resolveWithObject: true });
    expect([info.width, info.height, info.channels]).toEqual([3, 3, 3]);
    const grey = [100, 100, 100];
    expect([...data]).toEqual([grey, [255, 0, 0], [50, 178, 50], grey, grey, [0, 0, 255], grey, grey, grey].flat());
  });
});
