import { type Emoji, readEmojiCatalogue } from "../emoji/emojiCatalogue";
import { compose, renderEmoji, type RenderedEmoji } from "../emoji/renderEmoji";
import type { SampleFile } from "../manifest";
import { encodeRows } from "../pairRows";
import { sceneEmoji } from "./sceneEmoji";
import { emojiSizes, planScenes, SCENE_SIZE, type ScenePlan } from "./scenePlan";

/** Seed of the emoji's positions: the data set is one fixed thing, independent of the runs' seeds. */
const SCENES_SEED = 0;

/** The 800 scenes and their captions. */
export async function sceneFiles(packagesFrom: string): Promise<SampleFile[]> {
  const emoji = sceneEmoji(await readEmojiCatalogue(packagesFrom));
  const plans = planScenes(
    emoji.map(({ label }) => label),
    SCENES_SEED,
  );
  const render = cachedRenders(emoji);
  const images = plans.map((plan): SampleFile => ({ path: imagePath(plan), make: () => paint(plan, render) }));
  const rows = plans.map((plan) => ({ image: imagePath(plan), captions: [plan.caption], split: plan.split }));
  return [...images, { path: "scenes.jsonl", make: () => Promise.resolve(encodeRows(rows)), isQuick: true }];
}

function imagePath({ index }: ScenePlan): string {
  return `scenes/${String(index).padStart(3, "0")}.png`;
}

type Render = (emojiIndex: number, size: number) => Promise<RenderedEmoji>;

async function paint(plan: ScenePlan, render: Render): Promise<Uint8Array> {
  const emoji = await render(plan.emojiIndex, emojiSizes[plan.size]);
  return compose(emoji, { size: SCENE_SIZE, rgb: plan.background.rgb }, plan);
}

/** Each emoji is needed in two sizes for eight scenes. */
function cachedRenders(emoji: readonly Emoji[]): Render {
  const renders = new Map<string, Promise<RenderedEmoji>>();
  return (emojiIndex, size) => {
    const key = `${emojiIndex} ${size}`;
    const rendered = renders.get(key) ?? renderEmoji(emoji[emojiIndex]?.imagePath ?? "", size);
    renders.set(key, rendered);
    return rendered;
  };
}
