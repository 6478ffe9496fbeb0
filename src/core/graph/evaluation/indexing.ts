import { stridesOf } from "../geometry/broadcast";
import { intAttribute, stringAttribute } from "../graph";
import type { OpType } from "../opType";
import type { Tensor } from "../tensor";
import { numbersOf, sizeOf } from "../tensor";
import { argument, elementsOf, fromElements, outputType } from "./elements";
import { gridIndices, stridedIndices, take } from "./indexMaps";
import type { EvaluationContext, EvaluationRule } from "./rule";

function axisOf({ attributes }: EvaluationContext, rank: number): number {
  const axis = intAttribute(attributes, "axis", 0);
  return axis < 0 ? axis + rank : axis;
}

/** Negative indices count from the end. */
function checkedIndex({ opType }: EvaluationContext, index: number, size: number): number {
  const positive = index < 0 ? index + size : index;
  if (positive < 0 || positive >= size)
    throw new RangeError(`${opType}: index ${index} is outside an axis of ${size}.`);
  return positive;
}

const gather: EvaluationRule = (context) => {
  const data = argument(context, 0);
  const axis = axisOf(context, data.shape.length);
  const size = data.shape[axis] ?? 0;
  const chosen = numbersOf(argument(context, 1)).map((index) => checkedIndex(context, index, size));
  const [outer, inner] = [sizeOf(data.shape.slice(0, axis)), sizeOf(data.shape.slice(axis + 1))];
  const grid = [Array.from(Array(outer).keys()), chosen, Array.from(Array(inner).keys())];
  return [take(data, gridIndices(grid, [size * inner, inner, 1]), outputType(context))];
};

/** Flat data positions that index tensors of GatherElements and ScatterElements point at. */
function elementPositions(context: EvaluationContext): Int32Array {
  const [data, indices] = [argument(context, 0), argument(context, 1)];
  const axis = axisOf(context, data.shape.length);
  const strides = stridesOf(data.shape);
  const along = strides[axis] ?? 1;
  strides[axis] = 0;
  const positions = stridedIndices(indices.shape, strides);
  const chosen = elementsOf(indices);
  for (let i = 0; i < positions.length; i++)
    positions[i] = (positions[i] ?? 0) + checkedIndex(context, chosen[i] ?? 0, data.shape[axis] ?? 0) * along;
  return positions;
}

/** Flat data positions that index tuples [.., k] point at: each addresses a block of the data's remaining axes. */
function tuplePositions(context: EvaluationContext, batchRank: number): Int32Array {
  const [data, indices] = [argument(context, 0), argument(context, 1)];
  const depth = indices.shape.at(-1) ?? 0;
  const strides = stridesOf(data.shape);
  const tuples = elementsOf(indices);
  const count = sizeOf(indices.shape.slice(0, -1));
  const perBatch = sizeOf(indices.shape.slice(batchRank, -1));
  const batchStride = sizeOf(data.shape.slice(batchRank));
  const inner = data.shape.slice(batchRank + depth);
  const offsets = stridedIndices(inner, stridesOf(inner));
  const positions = new Int32Array(count * offsets.length);
  for (let tuple = 0; tuple < count; tuple++) {
    let start = Math.floor(tuple / perBatch) * batchStride;
    for (let k = 0; k < depth; k++) {
      const axis = batchRank + k;
      const index = checkedIndex(context, tuples[tuple * depth + k] ?? 0, data.shape[axis] ?? 0);
      start += index * (strides[axis] ?? 1);
    }
    for (let i = 0; i < offsets.length; i++) positions[tuple * offsets.length + i] = start + (offsets[i] ?? 0);
  }
  return positions;
}

const gatherElements: EvaluationRule = (context) => [
  take(argument(context, 0), elementPositions(context), outputType(context)),
];

const gatherND: EvaluationRule = (context) => {
  const positions = tuplePositions(context, intAttribute(context.attributes, "batch_dims", 0));
  return [take(argument(context, 0), positions, outputType(context))];
};

const combinations: Readonly<Record<string, (old: number, update: number) => number>> = {
  add: (old, update) => old + update,
  mul: (old, update) => old * update,
  min: Math.min,
  max: Math.max,
};

/** Writes, or with `reduction` combines, the updates at the given positions of a copy of the data. */
function scatter(context: EvaluationContext, data: Tensor, positions: Int32Array): Tensor {
  const updates = argument(context, 2);
  const combine = combinations[stringAttribute(context.attributes, "reduction", "none")];
  if (!combine) {
    const copy = data.data.slice() as Float64Array;
    const source = updates.data as Float64Array;
    for (let i = 0; i < positions.length; i++) copy[positions[i] ?? 0] = source[i] ?? 0;
    return { ...data, data: copy };
  }
  const values = elementsOf(data).slice();
  const changes = elementsOf(updates);
  for (let i = 0; i < positions.length; i++) {
    const at = positions[i] ?? 0;
    values[at] = combine(values[at] ?? 0, changes[i] ?? 0);
  }
  return fromElements(data, values);
}

const scatterElements: EvaluationRule = (context) => [
  scatter(context, argument(context, 0), elementPositions(context)),
];

const scatterND: EvaluationRule = (context) => [scatter(context, argument(context, 0), tuplePositions(context, 0))];

export const indexingEvaluation = {
  Gather: gather,
  GatherElements: gatherElements,
  GatherND: gatherND,
  ScatterElements: scatterElements,
  ScatterND: scatterND,
} as const satisfies Partial<Record<OpType, EvaluationRule>>;
