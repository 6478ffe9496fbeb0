import { posix, resolve } from "node:path";

const imageFile = /\.(jpe?g|png|webp|gif|avif|tiff?|bmp)$/i;
const videoFile = /\.(mp4|avi|webm|mkv|mov|m4v|mpe?g)$/i;

const imageExtensions = [".jpg", ".png", ".jpeg"];
const videoExtensions = [".mp4", ".avi", ".webm", ".mkv", ".mov"];

/** COCO names its images after the folder that they come in: COCO_train2014_000000458752. */
const cocoName = /^COCO_((?:train|val|test)\d{4})_\d+/;

/**
 * Says where an image may lie that a data file calls by some name, likeliest first. Rows of the same image share one answer, for
 * a data set may ask several questions about each of 100,000 images.
 * @param folder absolute folder that names start from
 */
export function imageFinder(folder: string): (name: string) => readonly string[] {
  const known = new Map<string, readonly string[]>();
  return (name) => {
    const candidates = known.get(name) ?? imageCandidates(name, folder);
    known.set(name, candidates);
    return candidates;
  };
}

/**
 * Where one image may lie: at `name`, in the folder that COCO unpacks it into, and with the usual extensions where it has none.
 * @param among further folders within the absolute folder that names start from
 */
export function imageCandidates(name: string, folder: string, among: readonly string[] = []): readonly string[] {
  const coco = cocoName.exec(name)?.[1];
  const folders = coco === undefined ? among : [...among, coco];
  const places = new Set([name, ...folders.map((inner) => posix.join(inner, name))]);
  return withExtensions([...places], imageFile.test(name) ? [] : imageExtensions).map((path) => resolve(folder, path));
}

/** Where a video may lie: at `name`, or with one of the usual extensions where that is an id. */
export function videoCandidates(name: string, folder: string): readonly string[] {
  return withExtensions([name], videoFile.test(name) ? [] : videoExtensions).map((path) => resolve(folder, path));
}

function withExtensions(places: readonly string[], extensions: readonly string[]): readonly string[] {
  return extensions.length === 0 ? places : places.flatMap((place) => [place, ...extensions.map((end) => place + end)]);
}
