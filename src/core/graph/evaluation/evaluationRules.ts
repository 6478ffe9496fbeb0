import type { OpType } from "../opType";
import { broadcastingEvaluation } from "./broadcasting";
import { convolutionEvaluation } from "./convolution";
import { elementwiseEvaluation } from "./elementwise";
import { generatorEvaluation } from "./generators";
import { indexingEvaluation } from "./indexing";
import { joiningEvaluation } from "./joining";
import { normalizationEvaluation } from "./normalization";
import { orderingEvaluation } from "./ordering";
import { poolingEvaluation } from "./pooling";
import { productEvaluation } from "./products";
import { reductionEvaluation } from "./reductions";
import { resizeEvaluation } from "./resize";
import type { EvaluationRule } from "./rule";
import { shapingEvaluation } from "./shaping";

/** The reference meaning of every operator, against which native runtimes and gradients are checked. */
export const evaluationRules: { readonly [T in OpType]: EvaluationRule } = {
  ...elementwiseEvaluation,
  ...broadcastingEvaluation,
  ...productEvaluation,
  ...convolutionEvaluation,
  ...normalizationEvaluation,
  ...reductionEvaluation,
  ...orderingEvaluation,
  ...poolingEvaluation,
  ...resizeEvaluation,
  ...shapingEvaluation,
  ...joiningEvaluation,
  ...indexingEvaluation,
  ...generatorEvaluation,
};
