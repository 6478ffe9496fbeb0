/** Similarities of every image with every caption, row-major: `values[image * captions + caption]`. */
export interface ScoreMatrix {
  readonly images: number;
  readonly captions: number;
  readonly values: Float32Array | Float64Array;
}

/** Ranks start at 1; recalls are percentages. */
export interface RankMetrics {
  readonly recallAt1: number;
  readonly recallAt5: number;
  readonly recallAt10: number;
  readonly medianRank: number;
  readonly meanRank: number;
}

export interface RetrievalMetrics {
  readonly imageToText: RankMetrics;
  readonly textToImage: RankMetrics;
  /** Sum of the six recalls. */
  readonly rSum: number;
}

/**
 * What comes first among equal scores. `optimistic`: the item looked for, so that its rank is the number of strictly greater
 * scores. `higher-index-first`: as in the released VSE∞ evaluation, which sorts ascending and reverses.
 */
export type TieRule = "optimistic" | "higher-index-first";

/**
 * Image-text retrieval by the rules of VSE∞: from images the best-ranked of their captions counts, from captions their one
 * image; the median is rounded down.
 * @param captionImages For each caption the index of its image; every image needs at least one.
 */
export function retrievalMetrics(
  scores: ScoreMatrix,
  captionImages: readonly number[],
  ties: TieRule = "optimistic",
): RetrievalMetrics {
  const { images, captions, values } = scores;
  if (values.length !== images * captions || captionImages.length !== captions) {
    throw new RangeError(
      `${images} images × ${captions} captions need ${images * captions} scores and ${captions} image indices; got ${values.length} and ${captionImages.length}.`,
    );
  }
  const imageRanks = new Float64Array(images).fill(Infinity);
  const captionRanks = new Float64Array(captions);
  for (const [caption, image] of captionImages.entries()) {
    const row = rankAmong(values, image * captions, captions, 1, caption, ties);
    imageRanks[image] = Math.min(imageRanks[image] ?? Infinity, row);
    captionRanks[caption] = rankAmong(values, caption, images, captions, image, ties);
  }
  if (imageRanks.includes(Infinity)) throw new RangeError("Every image needs at least one caption.");
  return combine(rankMetrics(imageRanks), rankMetrics(captionRanks));
}

/**
 * Mean of the metrics over so many equal groups of consecutive images, each with its own captions: COCO-1K is five folds of 1000
 * images. Images beyond the last whole fold are left out.
 */
export function foldedRetrievalMetrics(
  scores: ScoreMatrix,
  captionImages: readonly number[],
  foldCount: number,
  ties: TieRule = "optimistic",
): RetrievalMetrics {
  const imagesPerFold = Math.floor(scores.images / foldCount);
  if (imagesPerFold === 0) throw new RangeError(`${scores.images} images do not make ${foldCount} folds.`);
  const folds = Array.from({ length: foldCount }, (_, fold) => {
    const firstImage = fold * imagesPerFold;
    return retrievalMetrics(...cutFold(scores, captionImages, firstImage, imagesPerFold), ties);
  });
  const average = (pick: (metrics: RetrievalMetrics) => RankMetrics): RankMetrics => {
    const mean = (key: keyof RankMetrics): number => folds.reduce((sum, fold) => sum + pick(fold)[key], 0) / foldCount;
    return {
      recallAt1: mean("recallAt1"),
      recallAt5: mean("recallAt5"),
      recallAt10: mean("recallAt10"),
      medianRank: mean("medianRank"),
      meanRank: mean("meanRank"),
    };
  };
  return combine(
    average((fold) => fold.imageToText),
    average((fold) => fold.textToImage),
  );
}

/** Similarities of unit embeddings, image [images, width] and text [captions, width], summed in double precision. */
export function scoreMatrix(
  image: Float32Array | Float64Array,
  text: Float32Array | Float64Array,
  width: number,
): ScoreMatrix {
  const [images, captions] = [image.length / width, text.length / width];
  const values = new Float64Array(images * captions);
  for (let i = 0; i < images; i++) {
    for (let j = 0; j < captions; j++) {
      let sum = 0;
      for (let k = 0; k < width; k++) sum += (image[i * width + k] ?? 0) * (text[j * width + k] ?? 0);
      values[i * captions + j] = sum;
    }
  }
  return { images, captions, values };
}

/** Recalls, median and mean of ranks that start at 0. */
export function rankMetrics(ranks: Float64Array): RankMetrics {
  const sorted = ranks.toSorted();
  const middle = sorted.length / 2;
  const median = ((sorted[Math.ceil(middle) - 1] ?? NaN) + (sorted[Math.floor(middle)] ?? NaN)) / 2;
  const recall = (k: number): number => (100 * sorted.filter((rank) => rank < k).length) / sorted.length;
  return {
    recallAt1: recall(1),
    recallAt5: recall(5),
    recallAt10: recall(10),
    medianRank: Math.floor(median) + 1,
    meanRank: sorted.reduce((sum, rank) => sum + rank, 0) / sorted.length + 1,
  };
}

/** How many of `count` scores (from `start`, every `stride`) come before number `item`: all of them if its own is NaN. */
function rankAmong(
  values: Float32Array | Float64Array,
  start: number,
  count: number,
  stride: number,
  item: number,
  ties: TieRule,
): number {
  const own = values[start + item * stride] ?? NaN;
  if (Number.isNaN(own)) return count; // a diverged model finds nothing
  let rank = 0;
  for (let other = 0; other < count; other++) {
    const score = values[start + other * stride] ?? NaN;
    if (score > own || (score === own && ties === "higher-index-first" && other > item)) rank++;
  }
  return rank;
}

function cutFold(
  { captions, values }: ScoreMatrix,
  captionImages: readonly number[],
  firstImage: number,
  imageCount: number,
): [ScoreMatrix, number[]] {
  const chosen = captionImages.flatMap((image, caption) =>
    image >= firstImage && image < firstImage + imageCount ? [caption] : [],
  );
  const cut = new Float64Array(imageCount * chosen.length);
  for (let image = 0; image < imageCount; image++) {
    for (const [position, caption] of chosen.entries()) {
      cut[image * chosen.length + position] = values[(firstImage + image) * captions + caption] ?? NaN;
    }
  }
  const images = chosen.map((caption) => (captionImages[caption] ?? 0) - firstImage);
  return [{ images: imageCount, captions: chosen.length, values: cut }, images];
}

function combine(imageToText: RankMetrics, textToImage: RankMetrics): RetrievalMetrics {
  const recalls = ({ recallAt1, recallAt5, recallAt10 }: RankMetrics): number => recallAt1 + recallAt5 + recallAt10;
  return { imageToText, textToImage, rSum: recalls(imageToText) + recalls(textToImage) };
}
