import type { LayerConfidence } from "../../src/core/experiment/layerConfidence";
import type { RetrievalDirection } from "../../src/core/datasets/retrievalResults";
import type { ShownEntry, ShownQuery, ShownResult } from "../../src/core/views/results/shownEntries";
import { englishLabels } from "../../src/protocol/panelLabels";
import type { ResultsIntent } from "../../src/protocol/resultsIntent";
import type { RetrievalOverview } from "../../src/protocol/retrieval";
import type { ResultsMessage, ResultsPhase } from "../../src/protocol/resultsMessage";

export { readPanelIntent } from "../../src/protocol/panelIntent";
export { readResultsIntent } from "../../src/protocol/resultsIntent";

/** Images, and captions, of the made-up split. */
const size = 250;
const colours = ["red", "green", "blue"];

/** One pixel, so that pages can load an image that no server has. */
const pixel =
  "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

const layers: LayerConfidence[] = ["conv_2/add", "conv_5/add", "conv_11/add"].map((layer, l) => ({
  layer,
  mean: 0.2 + 0.1 * l,
  standardDeviation: 0.02,
  quantiles: [0.1, 0.15, 0.2, 0.25, 0.3].map((share) => share + 0.1 * l),
}));

/**
 * What the extension tells a page about itself.
 * @param more overrides parts of what is open; null: nothing is
 */
export function resultsState(
  phase: ResultsPhase,
  more: Partial<RetrievalOverview> | null = {},
  hasNewerCheckpoint = false,
): ResultsMessage {
  const recalls = { recallAt1: 96.9, recallAt5: 100, recallAt10: 100, medianRank: 1, meanRank: 1.1 };
  return {
    kind: "state",
    labels: englishLabels,
    state: {
      run: {
        name: "emoji-scenes.unipt.seed0",
        directory: "/runs/emoji",
        experiment: "emoji-scenes",
        variant: "unipt",
        seed: 0,
      },
      phase,
      hasNewerCheckpoint,
      ...(more && {
        overview: {
          split: "test",
          images: size,
          captions: size,
          checkpoint: { file: "best.safetensors", epoch: 16, step: 64 },
          metrics: { textToImage: recalls, imageToText: { ...recalls, recallAt1: 88.1 }, rSum: 593.8 },
          confidence: { image: layers },
          device: "cpu",
          changes: [],
          ...more,
        },
      }),
    },
  };
}

/** What the extension answers to a question of the page; undefined for what is no question. */
export function resultsReply(intent: ResultsIntent): ResultsMessage | undefined {
  switch (intent.kind) {
    case "listQueries": {
      const { request, direction, offset, limit, filter } = intent;
      const all = Array.from({ length: size }, (_, i) => query(direction, i)).filter(({ entry }) =>
        wordsOf(entry).includes(filter),
      );
      return { kind: "queries", request, total: all.length, offset, queries: all.slice(offset, offset + limit) };
    }
    case "nearest": {
      const { request, direction, query: index, count } = intent;
      const asked = query(direction, index);
      const { confidence } = asked;
      return { kind: "answer", request, query: asked, answer: { ...answerOf(direction, index, count), confidence } };
    }
    case "searchText": {
      const { request, count } = intent;
      const results = answerOf("textToImage", 0, count).results.map((result) => ({ ...result, isRight: undefined }));
      return { kind: "answer", request, answer: { results } };
    }
    case "searchFile": {
      const { request, count, chooses } = intent;
      if (!chooses) return { kind: "problem", request };
      const { results } = answerOf("imageToText", 0, count);
      return { kind: "answer", request, answer: { results, confidence: [0.1, 0.3, 0.6] }, file: { name: "photo.jpg" } };
    }
    case "openSplit":
    case "cancelLoading":
    case "showLog":
      return undefined;
  }
}

/** The right answer to the first query lies beyond what is shown. */
function answerOf(
  direction: RetrievalDirection,
  query: number,
  count: number,
): { results: ShownResult[]; firstRight?: ShownResult } {
  const right = query === 0 ? 57 : 3;
  const result = (index: number, rank: number): ShownResult => ({
    entry: entryOf(direction === "textToImage" ? "image" : "text", index),
    rank,
    score: 1 - rank / 100,
    isRight: rank === right,
    ...(direction === "textToImage" && { confidence: [0.2, 0.3 + rank / 1000, 0.5 - rank / 1000] }),
  });
  const results = Array.from({ length: Math.min(count, size) }, (_, i) => result(i, i + 1));
  return right > count ? { results, firstRight: result(200, right) } : { results };
}

function query(direction: RetrievalDirection, index: number): ShownQuery {
  const isFailure = index < 5;
  return {
    entry: entryOf(direction === "textToImage" ? "text" : "image", index),
    rank: isFailure ? 57 - index : 1,
    score: 0.5,
    margin: isFailure ? -0.06 : 0.02,
    ...(direction === "imageToText" && { confidence: [0.2, 0.3, 0.5] }),
  };
}

function entryOf(side: "image" | "text", index: number): ShownEntry {
  const words = `a ${colours[index % 3] ?? ""} thing, number ${index}`;
  const id = `scenes/${index}.png`;
  if (side === "text") return { side, index, text: words, image: { index, id, source: pixel } };
  return { side, index, id, captions: [words], source: index === 1 ? undefined : pixel };
}

function wordsOf(entry: ShownEntry): string {
  return entry.side === "text" ? entry.text : entry.captions.join();
}
