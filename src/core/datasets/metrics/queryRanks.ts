/** How every query of one direction finds its right answers. */
export interface QueryRanks {
  /** Rank of the first right answer, from 1; of equals the right one counts as first. */
  readonly ranks: Float64Array;
  /** Similarity of the best right answer. */
  readonly rightScores: Float64Array;
  /** Similarity of the best wrong answer; -Infinity where every answer is right. */
  readonly wrongScores: Float64Array;
}

/** Unit embeddings, row-major, [count, width]. */
export interface Embeddings {
  readonly values: Float32Array;
  readonly width: number;
}

/**
 * Ranks every image and every caption as the metrics of retrieval do, image by image, without a matrix of all similarities:
 * memory grows with the sum of both numbers, not with their product.
 */
export class QueryRanking {
  readonly #images: Embeddings;
  readonly #texts: Embeddings;
  readonly #captionImages: readonly number[];
  readonly #imageToText: QueryRanks;
  readonly #textToImage: QueryRanks;
  readonly #row: Float64Array;

  /** @param captionImages for each caption the position of its image */
  constructor(images: Embeddings, texts: Embeddings, captionImages: readonly number[]) {
    this.#images = images;
    this.#texts = texts;
    this.#captionImages = captionImages;
    const imageCount = images.values.length / images.width;
    const captionCount = captionImages.length;
    this.#imageToText = emptyRanks(imageCount);
    this.#textToImage = emptyRanks(captionCount);
    this.#row = new Float64Array(captionCount);
    for (const [caption, image] of captionImages.entries()) {
      const own = similarity(images, image, texts, caption);
      this.#textToImage.rightScores[caption] = own;
      // A diverged model finds nothing: what is not a number comes after everything else.
      this.#textToImage.ranks[caption] = Number.isNaN(own) ? imageCount + 1 : 1;
      const best = this.#imageToText.rightScores[image] ?? Number.NaN;
      if (Number.isNaN(best) || own > best) this.#imageToText.rightScores[image] = own;
    }
    for (const [image, own] of this.#imageToText.rightScores.entries())
      this.#imageToText.ranks[image] = Number.isNaN(own) ? captionCount + 1 : 1;
  }

  /** Compares the images from `from` to before `to` with every caption; each image has to be compared once. */
  compare(from: number, to: number): void {
    for (let image = from; image < to; image++) {
      const scores = similarities(this.#images, image, this.#texts, this.#row);
      const own = this.#imageToText.rightScores[image] ?? Number.NaN;
      for (const [caption, score] of scores.entries()) {
        if (score > own) increment(this.#imageToText.ranks, image);
        if (score > (this.#textToImage.rightScores[caption] ?? Number.NaN)) increment(this.#textToImage.ranks, caption);
        if (this.#captionImages[caption] === image) continue;
        raise(this.#imageToText.wrongScores, image, score);
        raise(this.#textToImage.wrongScores, caption, score);
      }
    }
  }

  get imageToText(): QueryRanks {
    return this.#imageToText;
  }

  get textToImage(): QueryRanks {
    return this.#textToImage;
  }
}

/**
 * Cosine similarities of one embedding with all others, summed in double precision in the order of the metrics.
 * @param out takes the result, if given
 */
export function similarities(from: Embeddings, row: number, to: Embeddings, out?: Float64Array): Float64Array {
  const scores = out ?? new Float64Array(to.values.length / to.width);
  for (let other = 0; other < scores.length; other++) scores[other] = similarity(from, row, to, other);
  return scores;
}

/** An answer to a query by its position among the candidates. */
export interface RankedAnswer {
  readonly index: number;
  /** From 1; equals share a rank. */
  readonly rank: number;
  readonly score: number;
}

/** The `count` candidates of the highest scores, highest first; equals in their own order, what is not a number last. */
export function topAnswers(scores: Float64Array, count: number): RankedAnswer[] {
  const value = (index: number): number => {
    const score = scores[index] ?? Number.NaN;
    return Number.isNaN(score) ? -Infinity : score;
  };
  const order = Array.from(scores.keys()).sort((a, b) => compareScores(value(b), value(a)) || a - b);
  let rank = 0;
  return order.slice(0, count).map((index, at) => {
    const previous = at === 0 ? undefined : value(order[at - 1] ?? -1);
    if (previous !== value(index)) rank = at + 1;
    return { index, rank, score: scores[index] ?? Number.NaN };
  });
}

/** Rank of one candidate, from 1: one more than the number of higher scores. */
export function rankOf(scores: Float64Array, index: number): number {
  const own = scores[index] ?? Number.NaN;
  if (Number.isNaN(own)) return scores.length + 1;
  return scores.reduce((rank, score) => (score > own ? rank + 1 : rank), 1);
}

function similarity(a: Embeddings, i: number, b: Embeddings, j: number): number {
  const { width } = a;
  let sum = 0;
  for (let k = 0; k < width; k++) sum += (a.values[i * width + k] ?? 0) * (b.values[j * width + k] ?? 0);
  return sum;
}

function compareScores(a: number, b: number): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

function emptyRanks(count: number): QueryRanks {
  return {
    ranks: new Float64Array(count),
    rightScores: new Float64Array(count).fill(Number.NaN),
    wrongScores: new Float64Array(count).fill(-Infinity),
  };
}

function increment(values: Float64Array, at: number): void {
  values[at] = (values[at] ?? 0) + 1;
}

function raise(values: Float64Array, at: number, value: number): void {
  if (value > (values[at] ?? -Infinity)) values[at] = value;
}
