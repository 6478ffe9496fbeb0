import { float, floatAttribute, int, intAttribute } from "../../graph/graph";
import type { Value } from "../../graph/graphBuilder";
import type { OpBuilder } from "../../graph/opBuilder";
import { sizeOf } from "../../graph/tensor";
import {
  averaged,
  compact,
  cotangent,
  normalizedAxis,
  operand,
  reduceTo,
  refuse,
  reshaped,
  result,
  scalarLike,
  scaled,
} from "../cotangent";
import type { VjpRule } from "../rule";

/**
 * y = x̂ γ + β, x̂ = (x − μ) σ⁻¹ over the axes from `axis` on.
 *
 *   dγ = Σ c x̂,  dβ = Σ c,  dx = σ⁻¹ (c γ − mean(c γ) − x̂ mean(c γ x̂))
 *
 * x̂ and σ⁻¹ come from a second normalisation without scale (one fused kernel), not from y, which a zero in γ would spoil.
 * The means are products with the vector γ/n. Cotangents of the optional outputs add  dμ/n  and  −dσ⁻¹ σ⁻² x̂/n.
 */
const layerNormalization: VjpRule = (context) => {
  const { g, node } = context;
  const [x, scale] = [operand(context, 0), operand(context, 1)];
  const [, , bias] = context.inputs;
  const [ct, ctMean, ctInverse] = context.cotangents;
  const axis = normalizedAxis(intAttribute(node.attributes, "axis", -1), x.shape.length);
  const normalized = x.shape.slice(axis);
  const count = sizeOf(normalized);
  const matrix = [sizeOf(x.shape.slice(0, axis)), count]; // every sample a row
  const ones = g.expand(scalarLike(g, 1, x), normalized);
  const attributes = { axis: int(axis), epsilon: float(floatAttribute(node.attributes, "epsilon", 1e-5)) };
  const [normalOutput, , inverseOutput] = g.node("LayerNormalization", [x, ones], attributes, { outputCount: 3 });
  if (!normalOutput || !inverseOutput) throw new Error("LayerNormalization gives three outputs.");
  const normal = g.reshape(normalOutput, matrix);
  const inverse = g.cast(g.reshape(inverseOutput, [matrix[0] ?? 1, 1]), x.dtype);
  const rows = ct && reshaped(g, ct, matrix);
  const weighted = rows && g.mul(rows, normal); // c x̂

  const dx = (): Value => {
    const terms: Value[] = [];
    if (rows && weighted) {
      const gamma = g.reshape(g.expand(scale, normalized), [count, 1]);
      const mean = (values: Value): Value => averaged(g, g.matMul(values, gamma), count); // [rows, 1]
      const spread = g.sub(g.mul(rows, g.reshape(gamma, [1, count])), g.mul(normal, mean(weighted)));
      terms.push(g.mul(g.sub(spread, mean(rows)), inverse));
    }
    const column = (value: Value): Value => g.cast(g.reshape(value, [matrix[0] ?? 1, 1]), x.dtype);
    if (ctMean) terms.push(g.expand(averaged(g, column(ctMean), count), matrix));
    if (ctInverse)
      terms.push(g.mul(normal, averaged(g, g.neg(g.mul(column(ctInverse), g.mul(inverse, inverse))), count)));
    return g.reshape(
      terms.reduce((sum, term) => g.add(sum, term)),
      x.shape,
    );
  };
  return [
    context.needs(0) ? dx() : undefined,
    context.needs(1) && weighted ? reduceTo(g, g.reshape(weighted, x.shape), x.shape, scale.shape) : undefined,
    context.needs(2) && ct && bias ? reduceTo(g, compact(g, ct), x.shape, bias.shape) : undefined,
  ];
};

/** [C] as [C, 1, …] to broadcast over [B, C, ...]. */
function perChannel(g: OpBuilder, value: Value, rank: number): Value {
  return g.reshape(value, [...value.shape, ...Array<number>(rank - 2).fill(1)]);
}

/** Σ over everything but channels, [C]. */
function channelSum(g: OpBuilder, x: Value): Value {
  const [, channels = 1, ...rest] = x.shape;
  return g.reshape(reduceTo(g, x, x.shape, [1, channels, ...rest.map(() => 1)]), [channels]);
}

/** Inference form, y = (x − m) k γ + β with k = (v + ε)^(−1/2): m and v are inputs like the others. */
const batchNormalization: VjpRule = (context) => {
  const { g, node } = context;
  if (intAttribute(node.attributes, "training_mode", 0) === 1)
    refuse(context, "its training mode has to be written out in simpler operators first");
  const [x, scale, , mean, variance] = [0, 1, 2, 3, 4].map((index) => operand(context, index)) as [
    Value,
    Value,
    Value,
    Value,
    Value,
  ];
  const ct = cotangent(context);
  const epsilon = floatAttribute(node.attributes, "epsilon", 1e-5);
  const inverse = g.reciprocal(g.sqrt(g.add(variance, scalarLike(g, epsilon, variance)))); // [C]
  const rank = x.shape.length;
  const sums = channelSum(g, ct);
  // Σ c (x − m), shared by γ and v
  const moments =
    context.needs(1) || context.needs(4) ? channelSum(g, g.mul(ct, g.sub(x, perChannel(g, mean, rank)))) : sums;
  const dVariance = (): Value => {
    const cube = g.mul(inverse, g.mul(inverse, inverse));
    return scaled(g, g.mul(g.mul(moments, scale), cube), -0.5);
  };
  return [
    context.needs(0) ? g.mul(ct, perChannel(g, g.mul(scale, inverse), rank)) : undefined,
    context.needs(1) ? g.mul(moments, inverse) : undefined,
    context.needs(2) ? sums : undefined,
    context.needs(3) ? g.neg(g.mul(sums, g.mul(scale, inverse))) : undefined,
    context.needs(4) ? dVariance() : undefined,
  ];
};

/** As layer normalisation, over the positions of each image and channel. */
const instanceNormalization: VjpRule = (context) => {
  const { g, node } = context;
  const [x, scale] = [operand(context, 0), operand(context, 1)];
  const ct = cotangent(context);
  const axes = [...x.shape.keys()].slice(2);
  const epsilon = floatAttribute(node.attributes, "epsilon", 1e-5);
  const centred = g.sub(x, g.reduceMean(x, axes, true));
  const variance = g.reduceMean(g.mul(centred, centred), axes, true);
  const inverse = g.reciprocal(g.sqrt(g.add(variance, scalarLike(g, epsilon, x)))); // [B, C, 1, …]
  const normal = g.mul(centred, inverse);
  const weighted = g.mul(ct, normal);
  const dx = (): Value => {
    const inner = g.add(g.reduceMean(ct, axes, true), g.mul(normal, g.reduceMean(weighted, axes, true)));
    return g.mul(g.sub(ct, inner), g.mul(inverse, perChannel(g, scale, x.shape.length)));
  };
  return [
    context.needs(0) ? dx() : undefined,
    context.needs(1) ? channelSum(g, weighted) : undefined,
    context.needs(2) ? channelSum(g, ct) : undefined,
  ];
};

/** dx = y (c − Σ c y). */
const softmax: VjpRule = (context) => {
  const { g, node } = context;
  const [y, ct] = [result(context), cotangent(context)];
  const axis = normalizedAxis(intAttribute(node.attributes, "axis", -1), y.shape.length);
  return [g.mul(y, g.sub(ct, g.reduceSum(g.mul(ct, y), [axis], true)))];
};

/** dx = c − eʸ Σ c. */
const logSoftmax: VjpRule = (context) => {
  const { g, node } = context;
  const [y, ct] = [result(context), cotangent(context)];
  const axis = normalizedAxis(intAttribute(node.attributes, "axis", -1), y.shape.length);
  return [g.sub(ct, g.mul(g.exp(y), g.reduceSum(ct, [axis], true)))];
};

export const normalizationRules = {
  LayerNormalization: layerNormalization,
  BatchNormalization: batchNormalization,
  InstanceNormalization: instanceNormalization,
  Softmax: softmax,
  LogSoftmax: logSoftmax,
};
