import { isSpace } from "./tokenBytes";

/** A normalised text as UTF-8 bytes without spaces, each with the characters of the original that it comes from. */
export interface NormalizedBytes {
  readonly bytes: Uint8Array;
  /** For each byte, the first character (Unicode code point) of the original text that it comes from. */
  readonly begins: readonly number[];
  /** For each byte, the first character after those. */
  readonly ends: readonly number[];
  /** Whether a word starts with the byte: a space stands in front of it, or it or what is before it is a word by itself. */
  readonly startsWord: readonly boolean[];
}

const segmenter = new Intl.Segmenter("en", { granularity: "grapheme" });
const encoder = new TextEncoder();

interface Piece {
  readonly character: string;
  readonly begin: number;
  readonly end: number;
}

/**
 * Normalises a text and keeps track of where its parts came from: each character with its accents is normalised by itself.
 * Where the normalisation of the whole is another, as it depends on neighbours, the part in which they differ is traced as one.
 *
 * @param isolated characters that are words by themselves
 */
export function normalizedBytes(text: string, normalize: (part: string) => string, isolated?: RegExp): NormalizedBytes {
  const pieces = tracedPieces(text, normalize);
  const traced = { bytes: [] as number[], begins: [] as number[], ends: [] as number[], startsWord: [] as boolean[] };
  let follows = true;
  for (const { character, begin, end } of pieces) {
    const isAlone = isolated?.test(character) ?? false;
    follows ||= isAlone;
    for (const byte of encoder.encode(character)) {
      if (isSpace(byte)) {
        follows = true;
        continue;
      }
      traced.bytes.push(byte);
      traced.begins.push(begin);
      traced.ends.push(end);
      traced.startsWord.push(follows);
      follows = false;
    }
    follows ||= isAlone;
  }
  return { ...traced, bytes: Uint8Array.from(traced.bytes) };
}

function tracedPieces(text: string, normalize: (part: string) => string): Piece[] {
  let begin = 0;
  const pieces = Array.from(segmenter.segment(text)).flatMap(({ segment }): Piece[] => {
    const characters = Array.from(segment);
    const end = begin + characters.length;
    // What is kept is traced to itself; what is made anew, to the first character that is not yet accounted for.
    let next = 0;
    const made = Array.from(normalize(segment)).map((character) => {
      const kept = characters.indexOf(character, next);
      const at = kept >= 0 ? kept : Math.min(next, characters.length - 1);
      next = at + 1;
      return { character, begin: begin + at, end: begin + at + 1 };
    });
    begin = end;
    return made;
  });
  const whole = normalize(text);
  const together = pieces.map(({ character }) => character).join("");
  return withoutSpaces(whole) === withoutSpaces(together) ? pieces : reconciled(pieces, Array.from(whole));
}

function withoutSpaces(text: string): string {
  return text.replace(/[ \t-\r]/g, "");
}

/** The whole's characters, traced by what they have in common with the pieces at the start and at the end. */
function reconciled(pieces: readonly Piece[], whole: readonly string[]): Piece[] {
  const least = Math.min(pieces.length, whole.length);
  let head = 0;
  while (head < least && pieces[head]?.character === whole[head]) head++;
  let tail = 0;
  while (tail < least - head && pieces.at(-1 - tail)?.character === whole.at(-1 - tail)) tail++;
  const between = pieces.slice(head, pieces.length - tail);
  const isOneToOne = whole.length === pieces.length;
  const begin = between[0]?.begin ?? pieces[head]?.begin ?? pieces.at(-1)?.end ?? 0;
  const end = between.at(-1)?.end ?? begin;
  return whole.map((character, at) => {
    const own = at < head || isOneToOne ? pieces[at] : pieces[at - whole.length + pieces.length];
    const isBetween = at >= head && at < whole.length - tail;
    return own && (!isBetween || isOneToOne)
      ? { character, begin: own.begin, end: own.end }
      : { character, begin, end };
  });
}
