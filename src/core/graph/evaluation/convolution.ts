import { slidingWindow, transposedWindow } from "../geometry/window";
import { intAttribute } from "../graph";
import type { OpType } from "../opType";
import { sizeOf } from "../tensor";
import { argument, elementsOf, fromElements, outputType } from "./elements";
import type { EvaluationRule } from "./rule";
import { windowTaps } from "./windowTaps";

/** y[b, m, p] = bias[m] + Σ over c, t of x[b, group(m) + c, tap(p, t)] · w[m, c, t]. */
const conv: EvaluationRule = (context) => {
  const type = outputType(context);
  const [x, w, bias] = [argument(context, 0), argument(context, 1), context.inputs[2]];
  const [batch = 0, channels = 0, ...spatial] = x.shape;
  const [maps = 0, channelsPerGroup = 0, ...kernel] = w.shape;
  const mapsPerGroup = maps / intAttribute(context.attributes, "group", 1);
  const { positions, placements, taps } = windowTaps(slidingWindow(context.attributes, spatial, kernel), spatial);
  const [xs, ws, offset] = [elementsOf(x), elementsOf(w), bias && elementsOf(bias)];
  const area = sizeOf(spatial);
  const y = new Float64Array(sizeOf(type.shape));
  for (let b = 0; b < batch; b++) {
    for (let m = 0; m < maps; m++) {
      const to = (b * maps + m) * placements;
      y.fill(offset?.[m] ?? 0, to, to + placements);
      for (let c = 0; c < channelsPerGroup; c++) {
        const fromX = (b * channels + Math.floor(m / mapsPerGroup) * channelsPerGroup + c) * area;
        const fromW = (m * channelsPerGroup + c) * taps;
        for (let p = 0; p < placements; p++) {
          let sum = 0;
          for (let t = 0; t < taps; t++) {
            const at = positions[p * taps + t] ?? -1;
            if (at >= 0) sum += (xs[fromX + at] ?? 0) * (ws[fromW + t] ?? 0);
          }
          y[to + p] = (y[to + p] ?? 0) + sum;
        }
      }
    }
  }
  return [fromElements(type, y)];
};

/** Scatters x[b, c, p] · w[c, m, t] to y[b, group(c) + m, tap(p, t)]: the transpose of a convolution from y's size to x's. */
const convTranspose: EvaluationRule = (context) => {
  const type = outputType(context);
  const [x, w, bias] = [argument(context, 0), argument(context, 1), context.inputs[2]];
  const [batch = 0, channels = 0, ...spatial] = x.shape;
  const [, mapsPerGroup = 0, ...kernel] = w.shape;
  const [, maps = 0, ...output] = type.shape;
  const channelsPerGroup = channels / intAttribute(context.attributes, "group", 1);
  const window = { ...transposedWindow(context.attributes, spatial, kernel), output: spatial };
  const { positions, placements, taps } = windowTaps(window, output);
  const [xs, ws] = [elementsOf(x), elementsOf(w)];
  const area = sizeOf(output);
  const y = new Float64Array(sizeOf(type.shape));
  if (bias) {
    const offset = elementsOf(bias);
    for (let i = 0; i < y.length; i++) y[i] = offset[Math.floor(i / area) % maps] ?? 0;
  }
  for (let b = 0; b < batch; b++) {
    for (let c = 0; c < channels; c++) {
      const firstMap = b * maps + Math.floor(c / channelsPerGroup) * mapsPerGroup;
      for (let p = 0; p < placements; p++) {
        const value = xs[(b * channels + c) * placements + p] ?? 0;
        for (let m = 0; m < mapsPerGroup; m++) {
          for (let t = 0; t < taps; t++) {
            const at = positions[p * taps + t] ?? -1;
            if (at < 0) continue;
            const to = (firstMap + m) * area + at;
            y[to] = (y[to] ?? 0) + value * (ws[(c * mapsPerGroup + m) * taps + t] ?? 0);
          }
        }
      }
    }
  }
  return [fromElements(type, y)];
};

export const convolutionEvaluation = {
  Conv: conv,
  ConvTranspose: convTranspose,
} as const satisfies Partial<Record<OpType, EvaluationRule>>;
