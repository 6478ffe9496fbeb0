import type { OpType } from "../../graph/opType";
import { sizeOf } from "../../graph/tensor";
import type { DataFlow } from "./dataFlow";
import type { Trunk, Waist } from "./trunk";

/** What a layer norm or RMS norm consists of when it is not one node. */
const normOps: ReadonlySet<OpType> = new Set([
  ...(["LayerNormalization", "ReduceMean", "Sub", "Pow", "Mul", "Add", "Sqrt", "Reciprocal", "Div"] as const),
  ...(["Cast", "Identity"] as const),
]);

export interface FinalNorm {
  /** The normalised, scaled (and shifted) value. */
  readonly waist: Waist;
  /** Without subtracting the mean. */
  readonly isRms: boolean;
}

/** The norm that directly follows a value of the stream on its way to the output. */
export function finalNormAfter(trunk: Trunk, flow: DataFlow, start: Waist): FinalNorm | undefined {
  const width = flow.shape(start.value).at(-1);
  let found: Waist | undefined;
  let hasMean = false;
  let isRms = true;
  let previous = start;
  for (const waist of trunk.waists) {
    if (waist.position <= start.position) continue;
    const nodes = trunk.nodes.slice(previous.position + 1, waist.position + 1);
    if (nodes.some(({ opType }) => !normOps.has(opType))) break;
    const last = nodes.at(-1);
    previous = waist;
    if (!last) break;
    hasMean ||= nodes.some(({ opType }) => opType === "ReduceMean");
    if (nodes.some(({ opType }) => opType === "Sub" || opType === "LayerNormalization")) isRms = false;
    const isAffine =
      (last.opType === "Mul" || last.opType === "Add") &&
      last.inputs.some((name) => !trunk.values.has(name) && sizeOf(flow.shape(name)) === width);
    if (last.opType === "LayerNormalization" || (hasMean && isAffine)) found = waist;
    else if (found && last.opType !== "Cast" && last.opType !== "Identity") break;
  }
  return found && { waist: found, isRms };
}
