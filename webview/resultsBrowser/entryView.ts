import type { ShownEntry } from "../../src/core/views/results/shownEntries";
import { element } from "../shared/dom";
import type { Ui } from "../shared/ui";

/** What an image or caption says, in words. */
export function wordsOf(entry: ShownEntry): string {
  return entry.side === "text" ? entry.text : entry.captions.join(" / ");
}

/** The image of an entry, loaded when it comes into sight; words where it cannot be loaded. */
export function pictureOf(entry: ShownEntry, alt: string, { texts }: Ui): HTMLElement {
  const source = entry.side === "image" ? entry.source : entry.image.source;
  return picture(source, alt, texts.label("noSource"));
}

/** @param missing what is shown instead of an image that cannot be loaded */
export function picture(source: string | undefined, alt: string, missing: string): HTMLElement {
  const frame = element("span", { class: "picture" });
  const give = (): void => frame.replaceChildren(element("span", { class: "picture-missing hint" }, missing));
  if (source === undefined) {
    give();
    return frame;
  }
  const image = element("img", { loading: "lazy", decoding: "async", alt, draggable: "false" });
  image.addEventListener("error", give);
  image.src = source;
  frame.append(image);
  return frame;
}

/** A figure that may be missing, or not a number in a model that has diverged. */
export function figure(value: number | null | undefined, digits = 3): string {
  return typeof value === "number" && Number.isFinite(value) ? value.toFixed(digits).replace("-", "−") : "–";
}
