import type { TokenSpelling } from "./tokenBytes";

/** The ids of a text's tokens, word by word, told by the signs with which vocabularies mark where words start or end. */
export function groupWords(
  ids: readonly number[],
  tokens: readonly string[],
  { isByteLevel, continuingPrefix, endOfWord }: TokenSpelling,
): number[][] {
  const space = isByteLevel ? "Ġ" : "▁";
  const words: number[][] = [];
  let isOpen = false;
  for (const [at, id] of ids.entries()) {
    const token = tokens[at] ?? "";
    const continues =
      continuingPrefix !== ""
        ? token.startsWith(continuingPrefix)
        : endOfWord !== ""
          ? isOpen
          : !token.startsWith(space);
    const word = words.at(-1);
    if (continues && word) word.push(id);
    else words.push([id]);
    isOpen = endOfWord !== "" && !token.endsWith(endOfWord);
  }
  return words;
}
