import { int, ints } from "../../../graph/graph";
import type { Value } from "../../../graph/graphBuilder";
import type { ConversionContext, ConversionRule } from "../rule";
import { tfStrings } from "../tfAttributes";
import { asIs, type TfValue } from "../tfValue";
import { activate } from "./elementwise";
import { imageInput, imagePads, spatial } from "./image";
import { addBias } from "./product";

/** A weight in ONNX's order under its TensorFlow name, so that weights can be recognised in the converted file. */
function reordered(
  context: ConversionContext,
  index: number,
  suffix: string,
  reorder: (weight: Value) => Value,
): Value {
  const { g, node } = context;
  const converted = reorder(context.asIs(index));
  const tensor = g.constantOf(converted);
  const source = node.inputs[index]?.node;
  if (!tensor || source === undefined) return converted;
  return g.value(`${source}/${suffix}`) ?? g.initializer(`${source}/${suffix}`, tensor);
}

/** A 1×1 convolution of an image that is stored channels-last is a product over its last axis. */
function pointwise(context: ConversionContext): Value | undefined {
  const { g } = context;
  const { isChannelsFirst, value } = context.input(0);
  const [height, width, inputs = 0, outputs = 0] = context.asIs(1).shape;
  const isPlain = height === 1 && width === 1 && value.shape[3] === inputs;
  const hasUnitStride = spatial(context, "strides", true).every((stride) => stride === 1);
  if (isChannelsFirst || !isPlain || !hasUnitStride) return undefined;
  const weight = reordered(context, 1, "matrix", (kernel) => g.reshape(kernel, [inputs, outputs]));
  return g.matMul(value, weight); // [B, H, W, C] · [C, C'] = [B, H, W, C']
}

function convolve(context: ConversionContext, isDepthwise: boolean): TfValue {
  const { g } = context;
  const { x, isNhwc, wrap } = imageInput(context);
  const [height = 1, width = 1, inputs = 1, outputs = 1] = context.asIs(1).shape;
  const weight = isDepthwise
    ? reordered(context, 1, "MIHW", (kernel) =>
        // [H, W, C, M] → [C·M, 1, H, W]: TensorFlow numbers the results of channel c as c·M …
        g.reshape(g.transpose(kernel, [2, 3, 0, 1]), [inputs * outputs, 1, height, width]),
      )
    : reordered(context, 1, "OIHW", (kernel) => g.transpose(kernel, [3, 2, 0, 1])); // [H, W, I, O] → [O, I, H, W]
  const [strides, dilations] = [spatial(context, "strides", isNhwc), spatial(context, "dilations", isNhwc)];
  const pads = imagePads(context, { x, kernel: [height, width], strides, dilations }, isNhwc);
  const group = (x.shape[1] ?? 1) / (isDepthwise ? 1 : inputs);
  return wrap(
    g.op("Conv", [x, weight], {
      strides: ints(strides),
      dilations: ints(dilations),
      pads: ints(pads),
      group: int(group),
      kernel_shape: ints([height, width]),
    }),
  );
}

const conv2d: ConversionRule = (context) => {
  const product = pointwise(context);
  return product ? asIs(product) : convolve(context, false);
};

const depthwiseConv2d: ConversionRule = (context) => convolve(context, true);

/** A convolution or product followed by the operators listed in `fused_ops`: a bias, then an activation. */
export function fused(rule: ConversionRule): ConversionRule {
  return (context) => {
    const { node, g } = context;
    let result = rule(context) as TfValue;
    for (const operation of tfStrings(node.attributes, "fused_ops")) {
      if (operation === "BiasAdd") result = addBias(context, result, context.asIs(2));
      else if (operation === "Prelu") {
        const slope = g.reshape(context.asIs(3), result.isChannelsFirst ? [-1, 1, 1] : [-1]);
        result = { ...result, value: g.op("PRelu", [result.value, slope]) };
      } else result = { ...result, value: activate(context, result.value, operation) };
    }
    return result;
  };
}

export const convolutionRules: Readonly<Record<string, ConversionRule>> = {
  Conv2D: conv2d,
  DepthwiseConv2d: depthwiseConv2d,
  DepthwiseConv2dNative: depthwiseConv2d,
  _FusedConv2D: fused(conv2d),
  FusedConv2D: fused(conv2d),
  FusedDepthwiseConv2dNative: fused(depthwiseConv2d),
};
