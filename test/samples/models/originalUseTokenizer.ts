/**
 * What the Universal Sentence Encoder's own JavaScript tokenizer does, written down again from its behaviour: NFKC, `▁` for
 * spaces and in front, then the best segmentation left to right. Its peculiarities are kept: pieces without a score count
 * as 0, a best sum of exactly 0 means "none yet", and of equal sums the one with the shorter last piece wins.
 */
export function originalTokenizer(
  vocabulary: readonly (readonly [string, number | null])[],
): (text: string) => number[] {
  const reserved = 6;
  const pieces = new Map<string, { readonly score: number; readonly id: number }>();
  const starts = new Set<string>();
  let longest = 0;
  for (const [id, [piece, score]] of vocabulary.entries()) {
    if (id < reserved) continue;
    const symbols = Array.from(piece);
    pieces.set(piece, { score: score ?? 0, id });
    starts.add(symbols[0] ?? "");
    longest = Math.max(longest, symbols.length);
  }
  return (text) => {
    const symbols = Array.from(`▁${text.normalize("NFKC").replaceAll(" ", "▁")}`);
    const best = new Array<number>(symbols.length + 1).fill(0);
    const chosen = new Array<{ readonly id: number; readonly length: number }>(symbols.length + 1);
    for (let end = 1; end <= symbols.length; end++) {
      for (let start = Math.max(0, end - longest); start < end; start++) {
        const piece = symbols.slice(start, end).join("");
        const isUnknown = end === start + 1 && !starts.has(piece);
        const entry = isUnknown ? { score: 0, id: 0 } : pieces.get(piece);
        if (!entry) continue;
        const sum = entry.score + (best[start] ?? 0);
        if (best[end] === 0 || sum >= (best[end] ?? 0)) {
          best[end] = sum;
          chosen[end] = { id: entry.id, length: end - start };
        }
      }
    }
    const ids: number[] = [];
    for (let end = symbols.length; end > 0; end -= chosen[end]?.length ?? 1) {
      const id = chosen[end]?.id ?? 0;
      if (!(id === 0 && ids.at(-1) === 0)) ids.push(id);
    }
    return ids.reverse();
  };
}
