import { rankOf, similarities, topAnswers } from "../../core/datasets/metrics/queryRanks";
import { UserError } from "../../core/errors";
import type { Tensor } from "../../core/graph/tensor";
import type { ImageTextRetrievalConfig } from "../../core/experiment/tasks/imageTextRetrievalConfig";
import type {
  RankedQuery,
  RetrievalAnswer,
  RetrievalDirection,
  RetrievalResult,
  RetrievalSide,
} from "../../core/datasets/retrievalResults";
import type {
  ListQueriesRequest,
  NearestReply,
  NearestRequest,
  QueryPage,
  RetrievalOverview,
  SearchImageRequest,
  SearchTextRequest,
} from "../../protocol/retrieval";
import type { FeatureSource } from "../features/featureSource";
import { imageSource } from "../features/imageSource";
import { textSource } from "../features/textSource";
import { imagePreprocessing, openTokenizer } from "../tasks/sideFiles";
import type { RetrievalData } from "../tasks/retrievalData";
import type { PairRows } from "../tasks/splitRows";
import type { OpenedTask } from "../training/openTask";
import type { Split } from "../training/trainingTask";
import { type EmbeddedSplit, embedSplit } from "./embeddedSplit";
import type { OpenedModel } from "../openModel";
import { ItemEncoder } from "../query/itemEncoder";
import { orderQueries } from "./queryOrder";
import { SplitEntries } from "./splitEntries";

/** Largest number of results and of queries in one reply. */
const MAX_COUNT = 1000;

/** One trained model and the splits that it has embedded; answers questions about them. */
export class RetrievalSession {
  readonly #splits = new Map<Split, { readonly embedded: EmbeddedSplit; readonly entries: SplitEntries }>();
  readonly #encoders = new Map<RetrievalSide, ItemEncoder>();
  readonly model: RetrievalModel;
  #tokenizer: ReturnType<typeof openTokenizer> | undefined;

  /** @throws UserError when the model does not rank images and texts */
  constructor(model: OpenedModel) {
    this.model = retrievalModel(model);
  }

  /** Embeds a split, if that was not done before. @throws Cancelled between batches */
  async embed(split: Split, onProgress: (done: number, total: number) => void): Promise<RetrievalOverview> {
    const { evaluator, opened, checkpoint, changes, executor } = this.model;
    if (!this.#splits.has(split)) {
      const made = await embedSplit(evaluator, this.#rows(), split, onProgress);
      this.#splits.set(split, { embedded: made, entries: new SplitEntries(opened.data.items, made.rows) });
    }
    const { embedded, entries } = this.#split(split);
    const { rows, metrics, summary } = embedded;
    return {
      split,
      images: rows.media.length,
      captions: rows.captions.length,
      checkpoint,
      metrics,
      confidence: summary,
      device: executor.device,
      changes,
      imageFolder: entries.imageFolder,
    };
  }

  /** A part of the list of queries; those that fail worst come first unless something else is asked for. */
  listQueries(request: ListQueriesRequest): QueryPage {
    const { split, direction, offset, limit } = request;
    const { embedded, entries } = this.#split(split);
    const side = querySide(direction);
    const order = orderQueries(embedded.ranks[direction], (index) => entries.words(side, index), request);
    const page = order.slice(offset, offset + Math.min(limit, MAX_COUNT));
    return { total: order.length, offset, queries: page.map((index) => this.#query(split, direction, index)) };
  }

  /** What is most similar to an image or caption of the split. @throws RangeError when there is no such query */
  nearest({ split, direction, query, count }: NearestRequest): NearestReply {
    const { embedded } = this.#split(split);
    const [from, to] = [querySide(direction), answerSide(direction)];
    const scores = similarities(embedded.embeddings[from], query, embedded.embeddings[to]);
    const isRight = (answer: number): boolean => {
      const { captionMedia } = embedded.rows;
      return direction === "textToImage" ? captionMedia[query] === answer : captionMedia[answer] === query;
    };
    const described = this.#query(split, direction, query);
    const answer = this.#answer(split, to, scores, count, isRight);
    return { ...answer, query: described, confidence: described.confidence };
  }

  /** The images that are most similar to a text. @throws UserError when the text backbone cannot be used */
  async searchText({ split, text, count }: SearchTextRequest): Promise<RetrievalAnswer> {
    this.#split(split);
    const leastTokens = this.model.opened.inputs.of("text").maskLength;
    const source = textSource([{ id: "query", text }], await this.#openTokenizer(), { leastTokens });
    return this.#search(split, "text", source, count);
  }

  /** The captions that are most similar to an image file. @throws UserError when it cannot be read */
  async searchImage({ split, path, count }: SearchImageRequest): Promise<RetrievalAnswer> {
    this.#split(split);
    const { config, baseDirectory } = this.model;
    const settings = await imagePreprocessing(config.image.backbone, baseDirectory);
    return this.#search(split, "image", imageSource([{ id: path, path }], settings), count);
  }

  async close(): Promise<void> {
    for (const encoder of this.#encoders.values()) await encoder.dispose();
    await this.model.close();
  }

  async #search(split: Split, side: RetrievalSide, source: FeatureSource, count: number): Promise<RetrievalAnswer> {
    const outputs = await this.#encoder(side).encode(source);
    const embedding = firstRow(outputs["embedding"]);
    const confidence = outputs["confidence"] && [...firstRow(outputs["confidence"])];
    const to = side === "text" ? "image" : "text";
    const query = { values: embedding, width: embedding.length };
    const scores = similarities(query, 0, this.#split(split).embedded.embeddings[to]);
    return { ...this.#answer(split, to, scores, count), confidence };
  }

  #rows(): PairRows {
    const { data, inputs } = this.model.opened;
    return { items: data.items, isUsable: (item) => inputs.has("image", item) };
  }

  #openTokenizer(): ReturnType<typeof openTokenizer> {
    const { config, baseDirectory } = this.model;
    if (this.#tokenizer) return this.#tokenizer;
    const opening = openTokenizer(config.text.backbone, baseDirectory);
    this.#tokenizer = opening;
    // A missing file may be put back.
    opening.catch(() => (this.#tokenizer = undefined));
    return opening;
  }

  #encoder(side: RetrievalSide): ItemEncoder {
    const known = this.#encoders.get(side);
    if (known) return known;
    const made = new ItemEncoder({ model: this.model, side });
    this.#encoders.set(side, made);
    return made;
  }

  #split(split: Split): { readonly embedded: EmbeddedSplit; readonly entries: SplitEntries } {
    const known = this.#splits.get(split);
    if (!known) throw new UserError(`The split "${split}" is not open; open it first.`);
    return known;
  }

  #query(split: Split, direction: RetrievalDirection, index: number): RankedQuery {
    const { embedded, entries } = this.#split(split);
    const side = querySide(direction);
    const { ranks, rightScores, wrongScores } = embedded.ranks[direction];
    const [rank, score, wrong] = [ranks[index], rightScores[index], wrongScores[index]];
    if (rank === undefined || score === undefined || wrong === undefined)
      throw new RangeError(`There is no query ${index}; there are ${ranks.length}.`);
    const margin = wrong === -Infinity ? undefined : score - wrong;
    const confidence = confidenceOf(embedded, side, index);
    return { entry: entries.entry(side, index), rank, score, margin, ...(confidence && { confidence }) };
  }

  #answer(
    split: Split,
    side: RetrievalSide,
    scores: Float64Array,
    count: number,
    isRight?: (answer: number) => boolean,
  ): RetrievalAnswer {
    const { embedded, entries } = this.#split(split);
    const result = (index: number, rank: number): RetrievalResult => {
      const confidence = confidenceOf(embedded, side, index);
      return {
        entry: entries.entry(side, index),
        rank,
        score: scores[index] ?? Number.NaN,
        ...(isRight && { isRight: isRight(index) }),
        ...(confidence && { confidence }),
      };
    };
    const top = topAnswers(scores, Math.min(count, MAX_COUNT));
    const results = top.map(({ index, rank }) => result(index, rank));
    if (!isRight || results.some((found) => found.isRight)) return { results };
    const right = [...scores.keys()].filter(isRight);
    const [first] = right.sort((a, b) => (scores[b] ?? -Infinity) - (scores[a] ?? -Infinity));
    return { results, ...(first !== undefined && { firstRight: result(first, rankOf(scores, first)) }) };
  }
}

/** A trained model of image-text retrieval. */
interface RetrievalModel extends OpenedModel {
  readonly config: ImageTextRetrievalConfig;
  readonly opened: OpenedTask & { readonly data: RetrievalData };
}

function retrievalModel(model: OpenedModel): RetrievalModel {
  const { config, opened } = model;
  const { data } = opened;
  if (config.task !== "image-text-retrieval" || data.task !== config.task)
    throw new UserError(
      `The results browser shows image-text retrieval, but this run learns ${config.task}; open its dashboard instead.`,
    );
  return { ...model, config, opened: { ...opened, data } };
}

function querySide(direction: RetrievalDirection): RetrievalSide {
  return direction === "textToImage" ? "text" : "image";
}

function answerSide(direction: RetrievalDirection): RetrievalSide {
  return direction === "textToImage" ? "image" : "text";
}

/** The values of the only row. */
function firstRow(output: Tensor | undefined): Float32Array {
  if (!output) throw new Error("A pass of retrieval returns embeddings.");
  return output.data as Float32Array;
}

function confidenceOf(
  { confidence }: EmbeddedSplit,
  side: RetrievalSide,
  index: number,
): readonly number[] | undefined {
  const matrix = confidence[side];
  if (!matrix) return undefined;
  const width = matrix.shape[1] ?? 0;
  return [...matrix.data.subarray(index * width, (index + 1) * width)];
}
