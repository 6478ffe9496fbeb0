import { UserError } from "../../src/core/errors";
import type { Emoji } from "../emoji/emojiCatalogue";

/** Nature, food, places and objects: things that a scene may hold. */
const sceneGroups: ReadonlySet<number | undefined> = new Set([3, 4, 5, 7]);

/** One hundred emoji named by a single word, in the order of their hexcodes. */
export const sceneLabels: readonly string[] = (
  "rainbow burrito chestnut seedling rose sunflower watermelon pear bread oden candy backpack saxophone guitar house bank " +
  "hotel school rat cow dragon snake horse ram ewe rooster pig elephant octopus frog panda crown dress purse bouquet " +
  "droplet calendar paperclip ledger notebook scroll memo loudspeaker postbox radio locked bookmark fire hammer " +
  "microscope helicopter train trolleybus taxi ship bicycle bathtub canoe cucumber carrot egg pancakes pie sandwich " +
  "goggles lion owl butterfly lizard giraffe sauropod cricket parrot raccoon badger swan sloth skunk flamingo bison " +
  "onion falafel mate ice dna magnet basket maracas accordion screwdriver bucket toothbrush placard worm lotus " +
  "blueberries olive flatbread tamale fountain"
).split(" ");

/** The emoji of the scenes; emoji e of the protocol is entry e. */
export function sceneEmoji(catalogue: readonly Emoji[]): Emoji[] {
  const wanted = new Set(sceneLabels);
  const chosen = catalogue.filter((emoji) => wanted.has(emoji.label) && sceneGroups.has(emoji.group));
  const labels = chosen.map((emoji) => emoji.label);
  if (labels.join() !== sceneLabels.join())
    throw new UserError(
      `The installed emoji packages give ${labels.length} of the ${sceneLabels.length} emoji of the scenes, or in another ` +
        'order; install the versions in package-lock.json with "npm ci".',
    );
  return chosen;
}
