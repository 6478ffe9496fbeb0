import { UserError } from "../errors";

const mostSeeds = 1_000;
const largestSeed = 0xffff_ffff;

/**
 * Seeds as a person types them: a lone number is how many, from 0 on; several, apart by commas or spaces, are the seeds
 * themselves; `3-7` is a range.
 * @throws UserError that says what is expected
 */
export function parseSeedList(text: string): readonly number[] {
  const parts = text.split(/[\s,;]+/).filter((part) => part !== "");
  const [only = ""] = parts;
  if (parts.length === 1 && /^\d+$/.test(only) && !/[,;]/.test(text)) {
    const count = Number(only);
    if (count < 1 || count > mostSeeds) throw wrong();
    return Array.from({ length: count }, (_, seed) => seed);
  }
  const seeds = [...new Set(parts.flatMap(seedsOf))];
  if (seeds.length === 0 || seeds.length > mostSeeds) throw wrong();
  return seeds;
}

function seedsOf(part: string): readonly number[] {
  const [, from, to = from] = /^(\d{1,10})(?:[-–](\d{1,10}))?$/.exec(part) ?? [];
  if (from === undefined) throw wrong();
  const [first, last] = [Number(from), Number(to)];
  if (last < first || last > largestSeed || last - first >= mostSeeds) throw wrong();
  return Array.from({ length: last - first + 1 }, (_, offset) => first + offset);
}

function wrong(): UserError {
  return new UserError(
    `Type how many seeds (1 to ${mostSeeds}), or the seeds themselves, for example "5", "0, 3, 7" or "0-9".`,
  );
}
