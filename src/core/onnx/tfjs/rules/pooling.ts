import { int, ints, string } from "../../../graph/graph";
import type { ConversionContext, ConversionRule } from "../rule";
import { tfBool, tfString } from "../tfAttributes";
import { channelsFirst, toChannelsFirstOrder } from "../tfValue";
import { imageInput, imagePads, spatial } from "./image";

/** Averages leave padding out of the count in both formats. */
function pool(opType: "MaxPool" | "AveragePool"): ConversionRule {
  return (context) => {
    const { x, isNhwc, wrap } = imageInput(context);
    const [kernel, strides] = [spatial(context, "ksize", isNhwc), spatial(context, "strides", isNhwc)];
    const pads = imagePads(context, { x, kernel, strides, dilations: [1, 1] }, isNhwc);
    return wrap(context.g.op(opType, [x], { kernel_shape: ints(kernel), strides: ints(strides), pads: ints(pads) }));
  };
}

/**
 * TensorFlow has three ways to place the samples: corners aligned, pixel centres aligned, or (the oldest) top-left corners.
 * Nearest-neighbour rounding is the one that its kernels do in each case.
 */
function resize(mode: "linear" | "nearest"): ConversionRule {
  return (context) => {
    const { g, node } = context;
    const x = context.channelsFirst(0);
    const alignCorners = tfBool(node.attributes, "align_corners");
    const halfPixel = tfBool(node.attributes, "half_pixel_centers");
    const placement = alignCorners ? "align_corners" : halfPixel ? "half_pixel" : "asymmetric";
    const resized = g.op("Resize", [x, undefined, undefined, g.ints(context.numbers(1))], {
      mode: string(mode),
      axes: ints([2, 3]),
      coordinate_transformation_mode: string(placement),
      nearest_mode: string(alignCorners || halfPixel ? "round_prefer_ceil" : "floor"),
    });
    return channelsFirst(resized); // [B, C, H', W']
  };
}

const pad: ConversionRule = (context) => {
  const { g, node } = context;
  const input = context.input(0);
  const rank = input.value.shape.length;
  const order = input.isChannelsFirst ? toChannelsFirstOrder : [...Array(rank).keys()];
  const amounts = context.numbers(1); // [rank, 2]
  const before = order.map((axis) => amounts[2 * axis] ?? 0);
  const after = order.map((axis) => amounts[2 * axis + 1] ?? 0);
  const value = node.op === "PadV2" ? g.constant(context.constant(2)) : g.scalar(0, input.value.dtype);
  const isMirror = node.op === "MirrorPad";
  if (isMirror && tfString(node.attributes, "mode", "reflect").toLowerCase() !== "reflect")
    context.refuse("mirrors with the edge repeated, which is not supported");
  const padded = g.op("Pad", [input.value, g.ints([...before, ...after]), isMirror ? undefined : value], {
    mode: string(isMirror ? "reflect" : "constant"),
  });
  return { value: padded, isChannelsFirst: input.isChannelsFirst };
};

const batchNormalization: ConversionRule = (context) => {
  const { g, node } = context;
  if (tfBool(node.attributes, "is_training")) context.refuse("normalises by batch statistics; export it for inference");
  const { x, wrap } = imageInput(context);
  const epsilon = node.attributes["epsilon"]?.f ?? 1e-4;
  const terms = [1, 2, 3, 4].map((index) => context.asIs(index));
  return wrap(g.op("BatchNormalization", [x, ...terms], { epsilon: { kind: "float", value: epsilon } }));
};

/** `DepthToSpace` in TensorFlow keeps channels innermost: ONNX's DCR mode. */
const depthToSpace: ConversionRule = (context) => {
  const { x, wrap } = imageInput(context);
  return wrap(context.g.op("DepthToSpace", [x], { blocksize: int(blockSize(context)), mode: string("DCR") }));
};

function blockSize(context: ConversionContext): number {
  return context.node.attributes["block_size"]?.i ?? context.refuse("has no block_size");
}

export const poolingRules: Readonly<Record<string, ConversionRule>> = {
  MaxPool: pool("MaxPool"),
  AvgPool: pool("AveragePool"),
  ResizeBilinear: resize("linear"),
  ResizeNearestNeighbor: resize("nearest"),
  Pad: pad,
  PadV2: pad,
  MirrorPad: pad,
  FusedBatchNorm: batchNormalization,
  FusedBatchNormV2: batchNormalization,
  FusedBatchNormV3: batchNormalization,
  DepthToSpace: depthToSpace,
};
