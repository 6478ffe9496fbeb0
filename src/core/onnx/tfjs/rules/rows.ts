import { int } from "../../../graph/graph";
import type { Value } from "../../../graph/graphBuilder";
import { sizeOf } from "../../../graph/tensor";
import type { ConversionContext, ConversionRule } from "../rule";
import { asIs } from "../tfValue";

/**
 * Encoders written for TensorFlow skip padding: `Where(mask)` lists the coordinates of the real tokens, `GatherNd` packs
 * their rows, layers work on the packed rows, `ScatterNd` puts them back among zeros. How many rows there are is known only
 * at run time, so here all B·N rows are kept, and the padded ones are set to zero where they are scattered back. The result
 * is the same as long as the layers between treat each row by itself, which the importer checks.
 */
const where: ConversionRule = (context) => {
  const { g } = context;
  if (context.inputs.length !== 1) return context.refuse("has three inputs; expected the mask alone");
  const mask = context.asIs(0);
  // Coordinates are counted at run time, whatever the batch size: how many elements precede this one on its axis.
  const ones = g.cast(g.op("Or", [mask, g.op("Not", [mask])]), "int64");
  const coordinates = mask.shape.map((_, axis) => {
    const preceding = g.op("CumSum", [ones, g.scalar(axis, "int64")], { exclusive: int(1) });
    return g.reshape(preceding, [sizeOf(mask.shape), 1]); // [B·N, 1]
  });
  return { ...asIs(g.concat(coordinates, 1)), mask, hasSpareRows: true }; // [B·N, rank of the mask]
};

/** Packed rows [B·N, …] of a tensor [B, N, …]. */
const gatherNd: ConversionRule = (context) => {
  const { g } = context;
  const x = context.asIs(0);
  const { mask, value } = context.input(1);
  if (!mask) return asIs(g.op("GatherND", [x, g.cast(value, "int64")]));
  return { ...asIs(g.reshape(x, [sizeOf(mask.shape), ...x.shape.slice(mask.shape.length)])), hasSpareRows: true };
};

/** Rows [B·N, …] back in their places, zeros where the mask is false. */
const scatterNd: ConversionRule = (context) => {
  const { g } = context;
  const updates = context.asIs(1);
  const target = context.numbers(2);
  const { mask, value } = context.input(0);
  if (!mask) {
    const zeros = g.expand(g.scalar(0, updates.dtype), target);
    return asIs(g.op("ScatterND", [zeros, g.cast(value, "int64"), updates]));
  }
  return asIs(g.mul(g.reshape(updates, target), widened(context, g.cast(mask, updates.dtype), target.length)));
};

/** Appends axes of size 1. */
function widened({ g }: ConversionContext, mask: Value, rank: number): Value {
  return g.reshape(mask, [...mask.shape, ...Array<number>(rank - mask.shape.length).fill(1)]);
}

export const rowRules: Readonly<Record<string, ConversionRule>> = {
  Where: where,
  GatherNd: gatherNd,
  ScatterNd: scatterNd,
};
