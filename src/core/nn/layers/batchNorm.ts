import type { Value } from "../../graph/graphBuilder";
import { type ModelScope, oneInit, zeroInit } from "../modelContext";

/**
 * Batch norm of channels in the last axis, over all other axes: y = (x − mean) / √(variance + ε) · weight + bias.
 *
 * Training uses the batch's mean and biased variance and moves the running ones towards it,
 * running ← (1 − momentum) · running + momentum · batch, with the *unbiased* variance, as PyTorch does. Evaluation uses the
 * running ones. Written out in basic operators, since ONNX's own node cannot be differentiated in training mode.
 *
 * x [B, N, d] → [B, N, d].
 */
export function batchNorm(scope: ModelScope, x: Value, options: { epsilon?: number; momentum?: number } = {}): Value {
  const { g } = scope;
  const { epsilon = 1e-5, momentum = 0.1 } = options;
  const width = x.shape.at(-1) ?? 1;
  const weight = scope.parameter("weight", [width], oneInit);
  const bias = scope.parameter("bias", [width], zeroInit);
  const runningMean = scope.buffer("runningMean", [width], zeroInit);
  const runningVariance = scope.buffer("runningVariance", [width], oneInit);
  const normalize = (centered: Value, variance: Value): Value => {
    const scale = g.div(weight, g.sqrt(g.add(variance, g.scalar(epsilon)))); // [d]
    return g.add(g.mul(centered, scale), bias);
  };
  if (!scope.isTraining) return normalize(g.sub(x, runningMean.value), runningVariance.value);

  const axes = [...x.shape.keys()].slice(0, -1);
  const count = axes.reduce((product, axis) => product * (x.shape[axis] ?? 1), 1);
  const mean = g.reduceMean(x, axes); // [d]
  const centered = g.sub(x, mean);
  const variance = g.reduceMean(g.mul(centered, centered), axes); // [d]
  const move = (running: Value, batch: Value): Value =>
    g.add(g.mul(running, g.scalar(1 - momentum)), g.mul(batch, g.scalar(momentum)));
  runningMean.update(move(runningMean.value, mean));
  const unbiased = g.mul(variance, g.scalar(count / Math.max(count - 1, 1)));
  runningVariance.update(move(runningVariance.value, unbiased));
  return normalize(centered, variance);
}
