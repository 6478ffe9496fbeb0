import type { Shape } from "../tensor";

/** Letters that stand for the axes of an ellipsis; equations use only ASCII letters. */
const ELLIPSIS_LETTERS = "αβγδεζηθικλμ";

/** An einsum equation with its ellipsis spelt out: one letter per axis. */
export interface EinsumPlan {
  readonly terms: readonly (readonly string[])[];
  readonly output: readonly string[];
  readonly sizes: ReadonlyMap<string, number>;
}

/**
 * Parses an equation such as `bhid,bhjd->bhij` against the operands' shapes.
 * @returns a sentence that says what is wrong when the two do not fit.
 */
export function parseEinsum(equation: string, shapes: readonly Shape[]): EinsumPlan | string {
  const [left = "", right] = equation.replaceAll(" ", "").split("->");
  const written = left.split(",");
  if (written.length !== shapes.length) return `${written.length} terms for ${shapes.length} operands`;
  const ellipsisRanks = written.map((term, index) =>
    term.includes("...") ? (shapes[index]?.length ?? 0) - (term.length - 3) : 0,
  );
  const ellipsisRank = Math.max(0, ...ellipsisRanks);
  const spellOut = (term: string, rank: number): string[] =>
    Array.from(term.replace("...", ELLIPSIS_LETTERS.slice(ellipsisRank - rank, ellipsisRank)));
  const terms = written.map((term, index) => spellOut(term, ellipsisRanks[index] ?? 0));

  const sizes = new Map<string, number>();
  for (const [index, term] of terms.entries()) {
    const shape = shapes[index] ?? [];
    if (term.length !== shape.length) return `term "${written[index] ?? ""}" for an operand of rank ${shape.length}`;
    for (const [axis, letter] of term.entries()) {
      const size = shape[axis] ?? 1;
      const known = sizes.get(letter) ?? 1;
      if (known !== 1 && size !== 1 && known !== size) return `index "${letter}" is both ${known} and ${size}`;
      sizes.set(letter, Math.max(known, size));
    }
  }
  const output = right === undefined ? implicitOutput(terms, ellipsisRank) : spellOut(right, ellipsisRank);
  const stranger = output.find((letter) => !sizes.has(letter));
  if (stranger !== undefined) return `output index "${stranger}" occurs in no term`;
  return { terms, output, sizes };
}

/** Without `->`, the ellipsis' axes come first, then every letter that occurs once, in alphabetical order. */
function implicitOutput(terms: readonly (readonly string[])[], ellipsisRank: number): string[] {
  const letters = terms.flat().filter((letter) => !ELLIPSIS_LETTERS.includes(letter));
  const once = letters.filter((letter) => letters.indexOf(letter) === letters.lastIndexOf(letter));
  return [...Array.from(ELLIPSIS_LETTERS.slice(0, ellipsisRank)), ...once.sort()];
}
