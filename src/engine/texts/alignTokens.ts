import type { NormalizedBytes } from "./normalizedBytes";

/** The characters of a text that a token stands for: [begin, end) in Unicode code points. */
export type Offsets = readonly [begin: number, end: number];

/** A token to be found in a text: its bytes, or undefined where it may stand for any part of a word (unknown tokens). */
export type TokenPattern = Uint8Array | undefined;

/** Beyond this many pairs of token and byte, unknown tokens are not searched for. */
const MAX_STATES = 2 ** 22;

/**
 * Finds where tokens stand in a text. They follow each other and cover the text as far as it is not cut off; unknown tokens
 * cover parts of one word, and characters that the tokenizer drops are passed over, as few as possible.
 *
 * @returns for each token its characters; undefined throughout where the tokens are not those of the text
 */
export function alignTokens(tokens: readonly TokenPattern[], text: NormalizedBytes): readonly (Offsets | undefined)[] {
  const places = consecutive(tokens, text) ?? fewestPassedOver(tokens, text);
  if (!places) return tokens.map(() => undefined);
  return places.map(([start, end]): Offsets | undefined => {
    const begin = text.begins[start];
    const last = text.ends[end - 1];
    // A token of nothing but spaces stands nowhere.
    return end > start && begin !== undefined && last !== undefined ? [begin, last] : undefined;
  });
}

type Place = readonly [start: number, end: number];

/** The usual case: known tokens, one right behind the other. */
function consecutive(tokens: readonly TokenPattern[], { bytes }: NormalizedBytes): Place[] | undefined {
  let position = 0;
  const places: Place[] = [];
  for (const token of tokens) {
    if (!token || !standsAt(token, bytes, position)) return undefined;
    places.push([position, position + token.length]);
    position += token.length;
  }
  return places;
}

function standsAt(token: Uint8Array, bytes: Uint8Array, position: number): boolean {
  return token.length <= bytes.length - position && token.every((byte, at) => bytes[position + at] === byte);
}

/** The placement that passes over the fewest bytes, by dynamic programming over tokens placed and bytes used. */
function fewestPassedOver(tokens: readonly TokenPattern[], text: NormalizedBytes): Place[] | undefined {
  const { bytes, startsWord } = text;
  const width = bytes.length + 1;
  if ((tokens.length + 1) * width > MAX_STATES) return undefined;
  const costs = new Float64Array((tokens.length + 1) * width).fill(Infinity);
  /** Where the token that ends here starts; −1 where a byte was passed over. */
  const starts = new Int32Array(costs.length).fill(-1);
  costs[0] = 0;
  for (let placed = 0; placed <= tokens.length; placed++) {
    const token = tokens[placed];
    for (let position = 0; position < width; position++) {
      const at = placed * width + position;
      const cost = costs[at] as number;
      if (cost === Infinity) continue;
      const improve = (to: number, toCost: number, start: number): void => {
        if (toCost >= (costs[to] as number)) return;
        costs[to] = toCost;
        starts[to] = start;
      };
      if (position < bytes.length) improve(at + 1, cost + 1, -1);
      if (placed === tokens.length) continue;
      if (token) {
        if (standsAt(token, bytes, position)) improve(at + width + token.length, cost, position);
        continue;
      }
      for (let end = position + 1; end <= bytes.length && (end === position + 1 || !startsWord[end - 1]); end++)
        if (!isWithinCharacter(bytes[end])) improve(at + width + end - position, cost, position);
    }
  }
  return tracedBack(tokens.length, width, costs, starts);
}

/** Whether a byte of UTF-8 goes on with the character before it. */
function isWithinCharacter(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}

function tracedBack(count: number, width: number, costs: Float64Array, starts: Int32Array): Place[] | undefined {
  if (costs[count * width + width - 1] === Infinity) return undefined;
  const places: Place[] = [];
  let placed = count;
  let position = width - 1;
  while (placed > 0) {
    const start = starts[placed * width + position] as number;
    if (start >= 0) {
      places.unshift([start, position]);
      placed--;
      position = start;
    } else position--;
  }
  return places;
}
