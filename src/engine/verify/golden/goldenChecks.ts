import type { Executor } from "../../../core/graph/executor";
import { checkAttentionEdge } from "./attentionEdge";
import { checkClip4ClipLoss } from "./clip4ClipLoss";
import type { GoldenResult } from "./comparison";
import { checkGpo } from "./gpo";
import { checkBoxOps, checkGroundingLoss } from "./groundingLosses";
import { checkAdamW, checkBertAdam } from "./optimizerTraces";
import { checkParameterCounts } from "./parameterCounts";
import { checkMetrics } from "./retrievalMetrics";
import { checkTripletLoss } from "./tripletLoss";
import { checkTrainClip4Clip, checkTrainVseCnn, checkTrainVseTransformer } from "./uniptTraining";
import { checkClip4Clip, checkClipVil, checkMdetr, checkVseCnn, checkVseTransformer } from "./uniptForward";

/** Compares one parsed golden file with what `executor` computes. */
export type GoldenCheck = (golden: unknown, executor: Executor) => Promise<GoldenResult>;

/** Checks by the file stems that they understand; the first match counts. */
const goldenChecks: readonly (readonly [stem: RegExp, check: GoldenCheck])[] = [
  [/^vse_transformer/, checkVseTransformer],
  [/^vse_cnn/, checkVseCnn],
  [/^clip4clip_/, checkClip4Clip],
  [/^clipvil/, checkClipVil],
  [/^mdetr/, checkMdetr],
  [/^gpo/, checkGpo],
  [/^loss_vse_triplet/, checkTripletLoss],
  [/^loss_clip4clip/, checkClip4ClipLoss],
  [/^loss_mdetr/, checkGroundingLoss],
  [/^box_ops/, checkBoxOps],
  [/^attention_edge/, checkAttentionEdge],
  [/^optim_adamw/, checkAdamW],
  [/^optim_bertadam/, checkBertAdam],
  [/^train_vse_transformer/, checkTrainVseTransformer],
  [/^train_vse_cnn/, checkTrainVseCnn],
  [/^train_clip4clip/, checkTrainClip4Clip],
  [/^metrics/, checkMetrics],
  [/^param_counts/, checkParameterCounts],
];

/** The check of golden files with this stem, e.g. `vse_transformer`; undefined for kinds that are not supported. */
export function goldenCheckFor(stem: string): GoldenCheck | undefined {
  return goldenChecks.find(([pattern]) => pattern.test(stem))?.[1];
}

/** Runs the check of a golden file; an unsupported kind, or a file that cannot be checked, has failed. */
export async function verifyGolden(stem: string, golden: unknown, executor: Executor): Promise<GoldenResult> {
  const check = goldenCheckFor(stem);
  const failed = (detail: string): GoldenResult => ({ maxDifference: Infinity, tolerance: 0, passed: false, detail });
  if (!check) return failed(`no check for files named "${stem}"`);
  try {
    return await check(golden, executor);
  } catch (error) {
    return failed(error instanceof Error ? error.message : String(error));
  }
}
