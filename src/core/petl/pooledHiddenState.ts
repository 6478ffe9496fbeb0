import type { Value } from "../graph/graphBuilder";
import type { OpBuilder } from "../graph/opBuilder";
import { meanPool } from "../nn/layers/tokenPooling";
import type { MethodInput } from "./method";

/** One hidden state averaged over its positions: valid tokens of a sequence, all cells of a feature map. [B, C] */
export function pooledHiddenState(g: OpBuilder, { hiddenStates, mask }: MethodInput, index: number): Value {
  const state = hiddenStates[index];
  if (!state) throw new RangeError(`There is no hidden state ${index}.`);
  return state.shape.length === 4 ? g.reduceMean(state, [2, 3]) : meanPool(g, state, mask);
}
