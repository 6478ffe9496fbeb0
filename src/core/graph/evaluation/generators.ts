import { intAttribute } from "../graph";
import type { OpType } from "../opType";
import { sizeOf } from "../tensor";
import { argument, elementsOf, generate, outputType } from "./elements";
import { take } from "./indexMaps";
import type { EvaluationRule } from "./rule";

/** Keeps what lies on and above (or below) the k-th diagonal of every matrix. */
const trilu: EvaluationRule = (context) => {
  const input = argument(context, 0);
  const k = context.inputs[1] ? (elementsOf(context.inputs[1])[0] ?? 0) : 0;
  const isUpper = intAttribute(context.attributes, "upper", 1) === 1;
  const [rows = 1, columns = 1] = input.shape.slice(-2);
  const indices = Int32Array.from({ length: sizeOf(input.shape) }, (_, index) => {
    const diagonal = (index % columns) - (Math.floor(index / columns) % rows);
    return (isUpper ? diagonal >= k : diagonal <= k) ? index : -1;
  });
  return [take(input, indices, outputType(context))];
};

/** An index outside [−depth, depth) gives a vector of off values. */
const oneHot: EvaluationRule = (context) => {
  const type = outputType(context);
  const indices = elementsOf(argument(context, 0));
  const [off = 0, on = 1] = elementsOf(argument(context, 2));
  const given = intAttribute(context.attributes, "axis", -1);
  const axis = given < 0 ? given + type.shape.length : given;
  const depth = type.shape[axis] ?? 1;
  const inner = sizeOf(type.shape.slice(axis + 1));
  return [
    generate(type, (position) => {
      const outer = Math.floor(position / (depth * inner));
      const index = indices[outer * inner + (position % inner)] ?? -1;
      return (index < 0 ? index + depth : index) === Math.floor(position / inner) % depth ? on : off;
    }),
  ];
};

const range: EvaluationRule = (context) => {
  const [start = 0, delta = 1] = [0, 2].map((index) => elementsOf(argument(context, index))[0]);
  return [generate(outputType(context), (index) => start + index * delta)];
};

const constantOfShape: EvaluationRule = (context) => {
  const value = context.attributes["value"];
  const fill = value?.kind === "tensor" ? (elementsOf(value.value)[0] ?? 0) : 0;
  return [generate(outputType(context), () => fill)];
};

const eyeLike: EvaluationRule = (context) => {
  const type = outputType(context);
  const columns = type.shape[1] ?? 1;
  const k = intAttribute(context.attributes, "k", 0);
  return [generate(type, (index) => ((index % columns) - Math.floor(index / columns) === k ? 1 : 0))];
};

export const generatorEvaluation = {
  Trilu: trilu,
  OneHot: oneHot,
  Range: range,
  ConstantOfShape: constantOfShape,
  EyeLike: eyeLike,
} as const satisfies Partial<Record<OpType, EvaluationRule>>;
