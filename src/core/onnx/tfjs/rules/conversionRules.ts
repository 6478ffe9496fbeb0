import type { ConversionRule } from "../rule";
import { convolutionRules, fused } from "./convolution";
import { elementwiseRules } from "./elementwise";
import { indexingRules } from "./indexing";
import { poolingRules } from "./pooling";
import { matMul, productRules } from "./product";
import { reductionRules } from "./reduction";
import { rowRules } from "./rows";
import { shapingRules } from "./shaping";

/** By TensorFlow operator name. */
export const conversionRules: ReadonlyMap<string, ConversionRule> = new Map(
  Object.entries({
    ...elementwiseRules,
    ...convolutionRules,
    ...productRules,
    _FusedMatMul: fused(matMul),
    ...poolingRules,
    ...reductionRules,
    ...shapingRules,
    ...indexingRules,
    ...rowRules,
  }),
);
