import { UserError } from "../../core/errors";

/**
 * Each text with its image: the one at the same place of the list, or the only one.
 * @param noun what a text is to the task
 * @throws UserError when the lists do not go together
 */
export function withImages(
  images: readonly string[],
  texts: readonly string[],
  noun: string,
): readonly { readonly image: string; readonly text: string }[] {
  if (images.length === 0 || texts.length === 0)
    throw new UserError(`This run needs an image and a text with the ${noun}; give --image and --text.`);
  if (images.length !== 1 && images.length !== texts.length)
    throw new UserError(
      `There are ${images.length} images and ${texts.length} texts; give one image, or one for each ${noun}.`,
    );
  return texts.map((text, at) => ({ image: images[at] ?? images[0] ?? "", text }));
}
