import { normalQuantile } from "./normalQuantile";
import { philox } from "./philox";

/**
 * Names a sequence of random numbers. The same key gives the same numbers on every platform and in any order of asking;
 * keys that differ in any part are independent.
 */
export interface RandomKey {
  /** Non-negative integer up to 2^53 − 1. */
  readonly seed: number;
  /** What the numbers are for, e.g. a parameter's name or `shuffle`. */
  readonly stream: string;
  /** Training step, epoch, or 0. */
  readonly step?: number;
}

/** `length` unsigned 32-bit integers. */
export function randomWords(key: RandomKey, length: number): Uint32Array {
  const words = new Uint32Array(Math.ceil(length / 4) * 4);
  const [streamLow, streamHigh] = hash(key.stream);
  const keyWords = [key.seed >>> 0, Math.floor(key.seed / 2 ** 32) >>> 0] as const;
  const step = (key.step ?? 0) >>> 0;
  philox(words, words.length / 4, [0, step, streamLow, streamHigh], keyWords);
  return words.subarray(0, length);
}

/** Uniform on the multiples of 2^-24 in [0, 1): 24 bits of a word, so float32 holds them exactly. */
export function uniform(key: RandomKey, length: number): Float32Array {
  return draw(key, length, unit);
}

/**
 * Standard normal: the inverse distribution function (Wichura's AS 241) at (word + ½) / 2^32. It uses the four basic
 * operations and square roots only, which IEEE 754 defines to the last bit, so normals too are the same on every platform.
 * Range ±6.3.
 */
export function normal(key: RandomKey, length: number): Float32Array {
  return draw(key, length, (word) => normalQuantile((word + 0.5) / 2 ** 32));
}

/** A random order of 0 to length − 1 (Fisher–Yates). */
export function permutation(key: RandomKey, length: number): Uint32Array {
  const order = Uint32Array.from({ length }, (_, index) => index);
  const words = randomWords(key, length);
  for (let last = length - 1; last > 0; last--) {
    const other = Math.floor(((words[last] ?? 0) * (last + 1)) / 2 ** 32);
    const swapped = order[last] ?? 0;
    order[last] = order[other] ?? 0;
    order[other] = swapped;
  }
  return order;
}

/** Factors for dropout: 0 with probability `rate`, else 1 / (1 − rate). */
export function dropoutMask(key: RandomKey, length: number, rate: number): Float32Array {
  const kept = 1 / (1 - rate);
  return draw(key, length, (word) => (unit(word) < rate ? 0 : kept));
}

function draw(key: RandomKey, length: number, valueOf: (word: number) => number): Float32Array {
  const words = randomWords(key, length);
  const values = new Float32Array(length);
  for (let index = 0; index < length; index++) values[index] = valueOf(words[index] ?? 0);
  return values;
}

function unit(word: number): number {
  return (word >>> 8) / 2 ** 24;
}

/** 64-bit FNV-1a of a string's UTF-16 units, low byte first, as [low, high] words. */
function hash(text: string): [number, number] {
  let value = 0xcbf29ce484222325n;
  const absorb = (byte: number): void => {
    value = ((value ^ BigInt(byte)) * 0x100000001b3n) & 0xffffffffffffffffn;
  };
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    absorb(unit & 0xff);
    absorb(unit >>> 8);
  }
  return [Number(value & 0xffffffffn), Number(value >> 32n)];
}
