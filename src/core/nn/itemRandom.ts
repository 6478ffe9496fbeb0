import { randomWords } from "./random";

/** One pass over the data, for the random choices of augmentation: a run's seed and the training step. */
export interface Draw {
  /** Non-negative integer up to 2^53 − 1. */
  readonly seed: number;
  readonly step: number;
}

const WORDS_AT_ONCE = 32;

/**
 * Random numbers for one item of a batch, one after the other. The same draw, purpose and place give the same numbers, in
 * whatever order items are loaded, so that a resumed run augments as the uninterrupted one.
 */
export class ItemRandom {
  #words: Uint32Array = new Uint32Array(0);
  #position = 0;
  #chunk = 0;

  constructor(
    readonly draw: Draw,
    /** What is augmented and which item of the batch it is, e.g. `image/3`. */
    readonly place: string,
  ) {}

  /** Uniform on the multiples of 2^-32 in [0, 1). */
  uniform(): number {
    return this.#next() / 2 ** 32;
  }

  /** Uniform among 0 to count − 1. */
  below(count: number): number {
    return Math.floor((this.#next() * count) / 2 ** 32);
  }

  #next(): number {
    if (this.#position === this.#words.length) {
      const { seed, step } = this.draw;
      const stream = `augmentation/${this.place}/${this.#chunk++}`;
      this.#words = randomWords({ seed, stream, step }, WORDS_AT_ONCE);
      this.#position = 0;
    }
    return this.#words[this.#position++] ?? 0;
  }
}
