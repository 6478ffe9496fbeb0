import { int } from "../../../graph/graph";
import type { OpType } from "../../../graph/opType";
import { ConversionContext, type ConversionRule } from "../rule";
import { tfBool } from "../tfAttributes";
import { asIs, channelsFirst, channelsFirstAxis, type TfValue } from "../tfValue";

/** Axes of a reduction, counted from the front; all when the list is empty. */
function reducedAxes(context: ConversionContext, rank: number): number[] {
  const axes = context.numbers(1).map((axis) => (axis < 0 ? axis + rank : axis));
  if (context.input(0).hasSpareRows && axes.includes(0))
    context.refuse("reduces over rows of which some stand for padding; import the graph with its rows kept apart");
  return axes;
}

function reduce(opType: OpType): ConversionRule {
  return (context) => {
    const { g, node } = context;
    const input = context.input(0);
    const axes = reducedAxes(context, input.value.shape.length);
    const keepDims = tfBool(node.attributes, "keep_dims") || tfBool(node.attributes, "keepdims");
    // Without its spatial axes [B, H, W, C] and [B, C, H, W] both become [B, C].
    const staysImage = input.isChannelsFirst && (keepDims || (axes.includes(1) && axes.includes(2)));
    const x = staysImage ? input.value : context.asIs(0);
    const mapped = staysImage ? axes.map(channelsFirstAxis) : axes;
    if (axes.length === 0) return { ...input, value: g.identity(input.value) };
    const reduced = g.op(opType, [x, g.ints(mapped.toSorted((a, b) => a - b))], { keepdims: int(keepDims ? 1 : 0) });
    return staysImage && keepDims ? channelsFirst(reduced) : asIs(reduced);
  };
}

function argument(opType: "ArgMax" | "ArgMin"): ConversionRule {
  return (context) => {
    const { g } = context;
    const best = g.op(opType, [context.asIs(0)], { axis: int(context.number(1)), keepdims: int(0) });
    return asIs(g.cast(best, "int32"));
  };
}

/** `All` and `Any` as the least and greatest of 0 and 1. */
function logical(opType: "ReduceMin" | "ReduceMax"): ConversionRule {
  const rule = reduce(opType);
  return (context) => {
    const { g, node, inputs, layouts, source } = context;
    const input = context.input(0);
    const counted: TfValue = { ...input, value: g.cast(input.value, "int32") };
    const reduced = rule(new ConversionContext(g, node, [counted, ...inputs.slice(1)], layouts, source)) as TfValue;
    return { ...reduced, value: g.cast(reduced.value, "bool") };
  };
}

/** Softmax and its logarithm run over TensorFlow's last axis. */
function overLastAxis(opType: "Softmax" | "LogSoftmax"): ConversionRule {
  return (context) => {
    const { value, isChannelsFirst } = context.input(0);
    const axis = isChannelsFirst ? 1 : value.shape.length - 1;
    return { ...context.input(0), value: context.g.op(opType, [value], { axis: int(axis) }) };
  };
}

const cumSum: ConversionRule = (context) => {
  const { g, node } = context;
  const sum = g.op("CumSum", [context.asIs(0), g.scalar(context.number(1), "int64")], {
    exclusive: int(tfBool(node.attributes, "exclusive") ? 1 : 0),
    reverse: int(tfBool(node.attributes, "reverse") ? 1 : 0),
  });
  return asIs(sum);
};

const topK: ConversionRule = (context) => {
  const { g } = context;
  const x = context.asIs(0);
  const [values, indices] = g.node("TopK", [x, g.ints([context.number(1)])], { axis: int(-1) }, { outputCount: 2 });
  if (!values || !indices) return context.refuse("has no outputs");
  return [asIs(values), asIs(g.cast(indices, "int32"))];
};

export const reductionRules: Readonly<Record<string, ConversionRule>> = {
  Sum: reduce("ReduceSum"),
  Mean: reduce("ReduceMean"),
  Max: reduce("ReduceMax"),
  Min: reduce("ReduceMin"),
  Prod: reduce("ReduceProd"),
  All: logical("ReduceMin"),
  Any: logical("ReduceMax"),
  ArgMax: argument("ArgMax"),
  ArgMin: argument("ArgMin"),
  Softmax: overLastAxis("Softmax"),
  LogSoftmax: overLastAxis("LogSoftmax"),
  Cumsum: cumSum,
  TopKV2: topK,
};
