/** What is searched for with what. */
export const retrievalDirections = ["textToImage", "imageToText"] as const;
export type RetrievalDirection = (typeof retrievalDirections)[number];

export type RetrievalSide = "image" | "text";

/** An image of the split. */
export interface ImageEntry {
  readonly side: "image";
  /** Position among the images of the split. */
  readonly index: number;
  readonly id: string;
  /** Absolute. */
  readonly path: string;
  readonly captions: readonly string[];
}

/** A caption of the split. */
export interface CaptionEntry {
  readonly side: "text";
  /** Position among the captions of the split. */
  readonly index: number;
  readonly text: string;
  /** The image it belongs to. */
  readonly image: Pick<ImageEntry, "index" | "id" | "path">;
}

export type RetrievalEntry = ImageEntry | CaptionEntry;

/** How well an image or caption of the split finds its own. */
export interface RankedQuery {
  readonly entry: RetrievalEntry;
  /** Rank of the first right answer, from 1; of equals the right one counts as first. */
  readonly rank: number;
  /** Similarity of the best right answer. */
  readonly score: number;
  /** By how much it is more similar than the best wrong answer; negative for failures, undefined without a wrong answer. */
  readonly margin?: number | undefined;
  /** By layer, of sides that have a layer confidence. */
  readonly confidence?: readonly number[] | undefined;
}

export const querySorts = ["rank", "margin", "score", "name", "dataOrder"] as const;
export type QuerySort = (typeof querySorts)[number];

export interface RetrievalResult {
  readonly entry: RetrievalEntry;
  /** From 1; equals share a rank. */
  readonly rank: number;
  /** Cosine similarity. */
  readonly score: number;
  /** Undefined for queries that are not of the split. */
  readonly isRight?: boolean | undefined;
  readonly confidence?: readonly number[] | undefined;
}

export interface RetrievalAnswer {
  /** Layer confidence of the query itself, where its side has one. */
  readonly confidence?: readonly number[] | undefined;
  /** Most similar first. */
  readonly results: readonly RetrievalResult[];
  /** The first right answer, when it is not among the results. */
  readonly firstRight?: RetrievalResult | undefined;
}
