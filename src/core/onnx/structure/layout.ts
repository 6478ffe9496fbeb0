import type { GraphNode } from "../../graph/graph";
import { isExternal } from "../../graph/graph";
import { numbersOf } from "../../graph/tensor";
import type { DataFlow } from "./dataFlow";

/**
 * tokens [B, N, C], grid [B, C, H, W]; the other two occur in some exports and have to be transposed before use:
 * sequence-first tokens [N, B, C], channels-last grids [B, H, W, C].
 */
export type HiddenStateLayout = "tokens" | "grid" | "sequence-first-tokens" | "channels-last-grid";

export function layoutOf(value: string, flow: DataFlow, batchAxis: number): HiddenStateLayout {
  if (flow.rank(value) === 3) return batchAxis === 1 ? "sequence-first-tokens" : "tokens";
  return flow.readersOf(value).some((reader) => readsLastAxis(reader, flow)) ? "channels-last-grid" : "grid";
}

/** Norms and products take the last axis as channels; convolutions and pooling the second. */
function readsLastAxis({ opType, inputs }: GraphNode, flow: DataFlow): boolean {
  if (opType === "LayerNormalization" || opType === "MatMul") return true;
  const axes = opType === "ReduceMean" ? flow.graph.initializers.get(inputs[1] ?? "") : undefined;
  if (!axes || isExternal(axes)) return false;
  const [axis, another] = numbersOf(axes);
  return another === undefined && (axis === -1 || axis === 3);
}
