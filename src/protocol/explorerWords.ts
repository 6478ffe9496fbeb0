import { fill } from "../core/views/format";
import type { BlockWords } from "../core/views/backbone/blockNames";
import type { BlockMeasure } from "../core/views/backbone/blockMeasures";
import type { PanelLabels } from "./panelLabels";

/** What blocks are called in the user's language. */
export function blockWords(labels: PanelLabels): BlockWords {
  return {
    embedding: labels.embeddingBlock,
    block: (number) => fill(labels.numberedBlock, number),
    stage: (number) => fill(labels.numberedStage, number),
    head: labels.headBlock,
    other: labels.otherBlock,
    whole: labels.wholeBlock,
  };
}

export function measureTitle(labels: PanelLabels, measure: BlockMeasure): string {
  const titles = {
    parameters: labels.measureParameters,
    flops: labels.measureFlops,
    width: labels.measureWidth,
    cache: labels.measureCache,
  };
  return titles[measure];
}
