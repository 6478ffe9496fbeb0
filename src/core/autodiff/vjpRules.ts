import type { OpType } from "../graph/opType";
import type { NotDifferentiable, VjpRule } from "./rule";
import { activationRules } from "./rules/activations";
import { arithmeticRules } from "./rules/arithmetic";
import { convolutionRules } from "./rules/convolution";
import { einsumRules } from "./rules/einsum";
import { indexingRules } from "./rules/indexing";
import { normalizationRules } from "./rules/normalization";
import { poolingRules } from "./rules/pooling";
import { productRules } from "./rules/products";
import { reductionRules } from "./rules/reductions";
import { resamplingRules } from "./rules/resampling";
import { selectionRules } from "./rules/selection";
import { shapingRules } from "./rules/shaping";
import { slicingRules } from "./rules/slicing";
import { unaryRules } from "./rules/unary";

/** The vector-Jacobian product of every operator, or why it has none. */
export const vjpRules: { readonly [T in OpType]: VjpRule | NotDifferentiable } = {
  ...unaryRules,
  ...activationRules,
  ...arithmeticRules,
  ...selectionRules,
  ...productRules,
  ...einsumRules,
  ...convolutionRules,
  ...normalizationRules,
  ...reductionRules,
  ...poolingRules,
  ...resamplingRules,
  ...shapingRules,
  ...slicingRules,
  ...indexingRules,
};
