import type { OpType } from "../opType";
import { broadcastingInference } from "./broadcasting";
import { elementwiseInference } from "./elementwise";
import { generatorInference } from "./generators";
import { indexingInference } from "./indexing";
import { joiningInference } from "./joining";
import { normalizationInference } from "./normalization";
import { poolingInference } from "./pooling";
import { productInference } from "./products";
import { reductionInference } from "./reductions";
import type { InferenceRule } from "./rule";
import { shapingInference } from "./shaping";

/** Output types of every operator, as the ONNX standard defines them at opset 20. */
export const inferenceRules: { readonly [T in OpType]: InferenceRule } = {
  ...elementwiseInference,
  ...broadcastingInference,
  ...productInference,
  ...normalizationInference,
  ...reductionInference,
  ...poolingInference,
  ...shapingInference,
  ...joiningInference,
  ...indexingInference,
  ...generatorInference,
};
