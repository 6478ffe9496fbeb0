import type { QuerySort, RankedQuery, RetrievalAnswer, RetrievalDirection } from "../core/datasets/retrievalResults";
import type { ConfidenceByModality } from "../core/experiment/layerConfidence";
import type { Metrics } from "../core/experiment/metrics";
import type { Split } from "../core/experiment/runEvent";
import type { Placement } from "./engine";

export interface OpenRetrievalRequest extends Omit<Placement, "baseDirectory"> {
  readonly runDirectory: string;
  readonly split: Split;
}

/** A run whose best checkpoint has embedded every image and caption of a split. */
export interface RetrievalOverview {
  readonly split: Split;
  readonly images: number;
  readonly captions: number;
  /** The checkpoint that embeds. */
  readonly checkpoint: { readonly file: string; readonly epoch: number; readonly step: number };
  /** Of this checkpoint on this split, computed anew. */
  readonly metrics: Metrics;
  /** Mean and spread over the split, of the sides that have a layer confidence. */
  readonly confidence?: ConfidenceByModality | undefined;
  readonly device: string;
  /** Files that are no longer those that the run read, one sentence each. */
  readonly changes: readonly string[];
  /** The deepest folder that holds every image of the split; undefined when they share none. */
  readonly imageFolder?: string | undefined;
}

export interface ListQueriesRequest {
  readonly split: Split;
  readonly direction: RetrievalDirection;
  /** `rank` puts the worst first, `margin` the smallest, `score` the least similar. */
  readonly sort: QuerySort;
  readonly isReversed?: boolean | undefined;
  /** Part of a caption or of an image's name, whatever its case. */
  readonly filter?: string | undefined;
  /** Queries whose right answer is not first. */
  readonly onlyFailures?: boolean | undefined;
  readonly offset: number;
  readonly limit: number;
}

export interface QueryPage {
  /** Queries that the filter leaves. */
  readonly total: number;
  readonly offset: number;
  readonly queries: readonly RankedQuery[];
}

/** Looks up what is most similar to an image or caption of the split. */
export interface NearestRequest {
  readonly split: Split;
  readonly direction: RetrievalDirection;
  /** Position among the captions or images of the split. */
  readonly query: number;
  readonly count: number;
}

export interface NearestReply extends RetrievalAnswer {
  readonly query: RankedQuery;
}

/** Looks up the images that are most similar to a text. */
export interface SearchTextRequest {
  readonly split: Split;
  readonly text: string;
  readonly count: number;
}

/** Looks up the captions that are most similar to an image file. */
export interface SearchImageRequest {
  readonly split: Split;
  /** Absolute. */
  readonly path: string;
  readonly count: number;
}

/** Questions about a run that retrieves; a worker keeps one run open. */
export interface RetrievalCalls {
  /** Opens the run, or another split of it, and embeds what is not embedded yet; a newer best checkpoint replaces the old. */
  openRetrieval(request: OpenRetrievalRequest): RetrievalOverview;
  listQueries(request: ListQueriesRequest): QueryPage;
  nearest(request: NearestRequest): NearestReply;
  searchText(request: SearchTextRequest): RetrievalAnswer;
  searchImage(request: SearchImageRequest): RetrievalAnswer;
}

/** How far the embedding of a split is. */
export interface EmbeddingProgress {
  readonly split: Split;
  readonly done: number;
  readonly total: number;
}
