import type { SideName } from "../core/experiment/sides";
import type { Split } from "../core/experiment/runEvent";

/** New items to put through a trained model. */
export interface PredictRequest {
  readonly runDirectory: string;
  readonly cacheDirectory: string;
  readonly device?: string | undefined;
  readonly threads?: number | undefined;
  /** Absolute paths. Questions and expressions are about the image at the same place of the list, or the only one. */
  readonly images: readonly string[];
  readonly texts: readonly string[];
  /** Absolute paths. */
  readonly videos: readonly string[];
  /** What retrieval ranks. */
  readonly split: Split;
  /** Most results per query. */
  readonly count: number;
  /** Folder for pictures with the boxes drawn in; none by default. */
  readonly drawInto?: string | undefined;
}

/** What a split holds, most similar first. */
export interface RankingPrediction {
  /** The text, or the path of the image or video. */
  readonly query: string;
  readonly kind: SideName;
  readonly results: readonly RankedItem[];
}

export interface RankedItem {
  /** From 1. */
  readonly rank: number;
  readonly similarity: number;
  readonly id: string;
  /** Of images and videos. */
  readonly path?: string | undefined;
  /** Of captions. */
  readonly text?: string | undefined;
}

/** Answers to a question, most probable first. */
export interface AnswerPrediction {
  readonly image: string;
  readonly question: string;
  readonly answers: readonly { readonly answer: string; readonly probability: number }[];
}

/** Boxes that an expression may mean, most probable first. */
export interface BoxPrediction {
  readonly image: string;
  readonly expression: string;
  /** Pixels of the image: left, top, width, height. */
  readonly boxes: readonly { readonly box: readonly [number, number, number, number]; readonly score: number }[];
  /** The image with the first box drawn in. */
  readonly drawing?: string | undefined;
}

export type PredictReply =
  | { readonly kind: "rankings"; readonly predictions: readonly RankingPrediction[] }
  | { readonly kind: "answers"; readonly predictions: readonly AnswerPrediction[] }
  | { readonly kind: "boxes"; readonly predictions: readonly BoxPrediction[] };
