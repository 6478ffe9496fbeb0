import type { Value } from "../../graph/graphBuilder";
import type { OpBuilder } from "../../graph/opBuilder";
import { clip4ClipL2, l2Normalize } from "./l2Normalize";
import { meanPool } from "./tokenPooling";

/**
 * One embedding of length 1 per video, CLIP4Clip's "meanP": frames scaled to length 1, averaged over the valid ones (all zeros
 * where there is none), and scaled again. CLIP4Clip/modules/modeling.py.
 *
 * frames [B, T, E], mask [B, T], 1 on valid frames → [B, E].
 */
export function frameEmbedding(g: OpBuilder, frames: Value, mask: Value | undefined): Value {
  return l2Normalize(g, meanPool(g, l2Normalize(g, frames, clip4ClipL2), mask), clip4ClipL2);
}
