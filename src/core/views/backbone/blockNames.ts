import type { ReportHead } from "./explorerState";

/** Words for the kinds of blocks; {0} stands for the number. */
export interface BlockWords {
  readonly embedding: string;
  readonly block: (number: number) => string;
  readonly stage: (number: number) => string;
  readonly head: string;
  readonly other: string;
  readonly whole: string;
}

/** What blocks are called, in their order: networks of stages have stages instead of blocks. */
export function blockNames(
  { blocks, hiddenStates }: Pick<ReportHead, "blocks" | "hiddenStates">,
  words: BlockWords,
): string[] {
  const isStages = hiddenStates.some(({ foundBy }) => foundBy === "stage" || foundBy === "resolution");
  return blocks.map(({ kind, hiddenState = 0 }) => {
    if (kind === "block") return isStages ? words.stage(hiddenState) : words.block(hiddenState);
    return words[kind];
  });
}
