import { resizeGeometry } from "../geometry/resize";
import { slidingWindow } from "../geometry/window";
import { intsAttribute } from "../graph";
import type { OpType } from "../opType";
import { describe, operandOfRank, optionalNumbers, refuse } from "./operands";
import type { InferenceContext, InferenceRule, StaticType } from "./rule";

function pooled(context: InferenceContext): StaticType {
  const x = operandOfRank(context, 0, "X", 3);
  const [batch = 0, channels = 0, ...spatial] = x.shape;
  const kernel = intsAttribute(context.attributes, "kernel_shape") ?? [];
  if (kernel.length !== spatial.length)
    refuse(context, `kernel_shape of ${spatial.length} sizes for ${describe(x)}`, `[${kernel.join(", ")}]`);
  const { output } = slidingWindow(context.attributes, spatial, kernel);
  if (output.some((size) => size < 1)) refuse(context, "a kernel that fits into the padded input", describe(x));
  return { dtype: x.dtype, shape: [batch, channels, ...output] };
}

const averagePool: InferenceRule = (context) => [pooled(context)];

/** The second output holds the position of each maximum in the flattened input. */
const maxPool: InferenceRule = (context) => {
  const y = pooled(context);
  const indices: StaticType = { dtype: "int64", shape: y.shape };
  return [y, indices].slice(0, context.outputCount);
};

const globalPool: InferenceRule = (context) => {
  const x = operandOfRank(context, 0, "X", 3);
  return [{ dtype: x.dtype, shape: x.shape.map((size, axis) => (axis < 2 ? size : 1)) }];
};

const resize: InferenceRule = (context) => {
  const x = operandOfRank(context, 0, "X", 1);
  const scales = optionalNumbers(context, 2, "scales");
  const sizes = optionalNumbers(context, 3, "sizes");
  const roi = optionalNumbers(context, 1, "roi");
  const geometry = resizeGeometry(context.attributes, x.shape, {
    ...(scales && scales.length > 0 && { scales }),
    ...(sizes && sizes.length > 0 && { sizes }),
    ...(roi && { roi }),
  });
  if (!geometry)
    refuse(
      context,
      `one scale or one size per resized axis of ${describe(x)}`,
      `scales [${(scales ?? []).join(", ")}], sizes [${(sizes ?? []).join(", ")}]`,
    );
  return [{ dtype: x.dtype, shape: geometry.output }];
};

export const poolingInference = {
  MaxPool: maxPool,
  AveragePool: averagePool,
  GlobalAveragePool: globalPool,
  GlobalMaxPool: globalPool,
  Resize: resize,
} as const satisfies Partial<Record<OpType, InferenceRule>>;
