import { attention, rotaryEmbedding } from "./attention";
import { simplifiedLayerNormalization } from "./fusedOperators";
import * as expansion from "./expansions";
import * as form from "./inputForms";
import * as normalization from "./normalizations";
import { withoutAttributes } from "./rawNode";
import type { Upgrade, UpgradeRule } from "./upgradeContext";

/** Rounding of casts to float8, new in opset 24, which this project has none of. */
const withoutRoundMode: UpgradeRule = (node) => ({
  ...node,
  attributes: withoutAttributes(node.attributes, "round_mode"),
});

const axesBefore18: readonly Upgrade[] = [{ before: 18, rule: form.axesToInput }];

/**
 * How each operator of the standard domain that changed since opset 7, or that this project expresses by others, becomes
 * canonical. Several entries apply in order.
 */
export const upgradeRules: Readonly<Record<string, readonly Upgrade[]>> = {
  ReduceSum: [{ before: 13, rule: form.axesToInput }],
  ReduceMean: axesBefore18,
  ReduceMax: axesBefore18,
  ReduceMin: axesBefore18,
  ReduceProd: axesBefore18,
  ReduceL1: axesBefore18,
  ReduceL2: axesBefore18,
  ReduceSumSquare: axesBefore18,
  ReduceLogSumExp: axesBefore18,
  ReduceLogSum: [{ rule: normalization.reduceLogSum }],
  Squeeze: [{ before: 13, rule: form.axesToInput }],
  Unsqueeze: [{ before: 13, rule: form.axesToInput }],
  Split: [{ before: 18, rule: form.splitSizes }],
  Clip: [{ before: 11, rule: form.clipBoundsToInputs }],
  Pad: [{ before: 11, rule: form.padsToInput }],
  Slice: [{ before: 10, rule: form.sliceToInputs }],
  TopK: [{ before: 10, rule: form.topKCountToInput }],
  Softmax: [{ before: 13, rule: form.flatteningSoftmax }],
  LogSoftmax: [{ before: 13, rule: form.flatteningSoftmax }],
  Upsample: [{ rule: form.upsampleToResize }],
  Resize: [
    { before: 11, rule: form.resizeFrom10 },
    { before: 13, rule: form.omitEmptyResizeInputs },
  ],
  Cast: [{ rule: withoutRoundMode }],
  CastLike: [{ rule: expansion.castLike }],
  Scatter: [{ rule: expansion.scatterToElements }],
  Dropout: [{ rule: normalization.dropoutToIdentity }],
  BatchNormalization: [{ rule: normalization.inferenceBatchNormalization }],
  GroupNormalization: [{ rule: normalization.groupNormalization }],
  RMSNormalization: [{ rule: normalization.rmsNormalization }],
  LpNormalization: [{ rule: normalization.lpNormalization }],
  SimplifiedLayerNormalization: [{ rule: simplifiedLayerNormalization }],
  Attention: [{ rule: attention }],
  RotaryEmbedding: [{ rule: rotaryEmbedding }],
  Sum: [{ rule: expansion.sumToAdds }],
  Mean: [{ rule: expansion.meanToAdds }],
  Selu: [{ rule: expansion.selu }],
  Celu: [{ rule: expansion.celu }],
  Softsign: [{ rule: expansion.softsign }],
  Mish: [{ rule: expansion.mish }],
  Swish: [{ rule: expansion.swish }],
  ThresholdedRelu: [{ rule: expansion.thresholdedRelu }],
};
