/**
 * Philox4x32-10 of Salmon et al., "Parallel random numbers: as easy as 1, 2, 3" (SC 2011): a keyed bijection of 128-bit
 * counters whose outputs pass the usual tests of randomness. Any block can be computed on its own, in any order, and integer
 * arithmetic makes it the same everywhere.
 */

const MULTIPLIER_0 = 0xd2511f53;
const MULTIPLIER_1 = 0xcd9e8d57;
const KEY_STEP_0 = 0x9e3779b9;
const KEY_STEP_1 = 0xbb67ae85;
const ROUNDS = 10;

/** The upper 32 bits of the 64-bit product of two unsigned 32-bit integers. */
function multiplyHigh(a: number, b: number): number {
  const aHigh = a >>> 16;
  const aLow = a & 0xffff;
  const bHigh = b >>> 16;
  const bLow = b & 0xffff;
  const low = Math.imul(aLow, bLow) >>> 16;
  // Each product of halves is at most (2^16 − 1)^2, so adding half a word to it stays below 2^32.
  const middle = ((Math.imul(aHigh, bLow) >>> 0) + low) >>> 0;
  const carry = ((Math.imul(aLow, bHigh) >>> 0) + (middle & 0xffff)) >>> 0;
  return (Math.imul(aHigh, bHigh) + (middle >>> 16) + (carry >>> 16)) >>> 0;
}

/**
 * Writes the words of `blockCount` blocks, with counters from (counter0, …) on in the first word, under key (key0, key1) to
 * the start of `out`, four per block.
 */
export function philox(
  out: Uint32Array,
  blockCount: number,
  counter: readonly [number, number, number, number],
  key: readonly [number, number],
): void {
  const [first, second, third, fourth] = counter;
  const [key0, key1] = key;
  for (let block = 0; block < blockCount; block++) {
    philoxBlock(out, 4 * block, (first + block) >>> 0, second, third, fourth, key0, key1);
  }
}

/** Plain numbers all the way: arrays would be allocated for every block. */
function philoxBlock(
  out: Uint32Array,
  offset: number,
  counter0: number,
  counter1: number,
  counter2: number,
  counter3: number,
  key0: number,
  key1: number,
): void {
  let c0 = counter0;
  let c1 = counter1;
  let c2 = counter2;
  let c3 = counter3;
  let k0 = key0;
  let k1 = key1;
  for (let round = 0; round < ROUNDS; round++) {
    const high0 = multiplyHigh(MULTIPLIER_0, c0);
    const low0 = Math.imul(MULTIPLIER_0, c0);
    const high1 = multiplyHigh(MULTIPLIER_1, c2);
    const low1 = Math.imul(MULTIPLIER_1, c2);
    c0 = high1 ^ c1 ^ k0;
    c1 = low1;
    c2 = high0 ^ c3 ^ k1;
    c3 = low0;
    k0 = (k0 + KEY_STEP_0) | 0;
    k1 = (k1 + KEY_STEP_1) | 0;
  }
  out[offset] = c0;
  out[offset + 1] = c1;
  out[offset + 2] = c2;
  out[offset + 3] = c3;
}
