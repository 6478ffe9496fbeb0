import { fromData, type Tensor, tensor } from "../../core/graph/tensor";
import type { CenterBox } from "../../core/tasks/grounding/boxes";
import { matchBoxes } from "../../core/tasks/grounding/matchBoxes";

export interface MatchedOutput {
  /** [B, Q, K] */
  readonly logits: Tensor<"float32">;
  /** Centre and size as shares, [B, Q, 4]. */
  readonly boxes: Tensor<"float32">;
}

export interface ExpressionTargets {
  /** [B, G, 4] */
  readonly boxes: Tensor<"float32">;
  /** [B, G, K] */
  readonly tokenMap: Tensor<"float32">;
}

/** The query of each box of every sample, int64 [B, G]. */
export function matchExpressions({ logits, boxes }: MatchedOutput, targets: ExpressionTargets): Tensor<"int64"> {
  const [batch = 1, queryCount = 1, slotCount = 1] = logits.shape;
  const [, boxCount = 1] = targets.boxes.shape;
  // Training that diverges has no costs to compare; its loss tells.
  if (!logits.data.every(Number.isFinite) || !boxes.data.every(Number.isFinite))
    return fromData("int64", [batch, boxCount], new BigInt64Array(batch * boxCount));
  const rowOf = ({ data }: Tensor<"float32">, width: number, row: number): Float32Array =>
    data.subarray(row * width, (row + 1) * width);
  const matching = Array.from({ length: batch }, (_, sample) => {
    const wanted = Array.from({ length: boxCount }, (_unused, box) => ({
      box: [...rowOf(targets.boxes, 4, sample * boxCount + box)] as unknown as CenterBox,
      tokenMap: rowOf(targets.tokenMap, slotCount, sample * boxCount + box),
    }));
    const predictions = {
      logits: rowOf(logits, queryCount * slotCount, sample),
      boxes: rowOf(boxes, queryCount * 4, sample),
      queryCount,
    };
    return matchBoxes(predictions, wanted);
  });
  return tensor("int64", [batch, boxCount], matching.flat());
}
