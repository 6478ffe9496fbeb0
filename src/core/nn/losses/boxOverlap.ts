import type { Value } from "../../graph/graphBuilder";
import type { OpBuilder } from "../../graph/opBuilder";

/** Boxes given by centre and size, [..., 4] as cx, cy, w, h → [..., 4] as x1, y1, x2, y2. */
export function boxCorners(g: OpBuilder, boxes: Value): Value {
  const [center, size] = halves(g, boxes);
  const half = g.mul(size, g.scalar(0.5));
  return g.concat([g.sub(center, half), g.add(center, half)], boxes.shape.length - 1);
}

/** The other way round. */
export function boxCenters(g: OpBuilder, corners: Value): Value {
  const [low, high] = halves(g, corners);
  return g.concat([g.mul(g.add(low, high), g.scalar(0.5)), g.sub(high, low)], corners.shape.length - 1);
}

/**
 * Intersection over union of boxes by their corners, and its generalisation by the share of the enclosing box that neither
 * covers (Rezatofighi et al., CVPR 2019). Both [..., 4], broadcasting → [...].
 */
export function boxOverlap(g: OpBuilder, a: Value, b: Value): { readonly iou: Value; readonly giou: Value } {
  const [aLow, aHigh] = halves(g, a);
  const [bLow, bHigh] = halves(g, b);
  const intersection = area(g, g.relu(g.sub(g.min(aHigh, bHigh), g.max(aLow, bLow))));
  const union = g.sub(g.add(area(g, g.sub(aHigh, aLow)), area(g, g.sub(bHigh, bLow))), intersection);
  const hull = area(g, g.relu(g.sub(g.max(aHigh, bHigh), g.min(aLow, bLow))));
  const iou = g.div(intersection, union);
  return { iou, giou: g.sub(iou, g.div(g.sub(hull, union), hull)) };
}

/** [..., 4] → its first and last two columns. */
function halves(g: OpBuilder, boxes: Value): readonly [Value, Value] {
  const axis = boxes.shape.length - 1;
  return [g.slice(boxes, axis, 0, 2), g.slice(boxes, axis, 2, 4)];
}

/** Width times height, [..., 2] → [...]. */
function area(g: OpBuilder, size: Value): Value {
  const axis = size.shape.length - 1;
  return g.squeeze(g.mul(g.slice(size, axis, 0, 1), g.slice(size, axis, 1, 2)), [axis]);
}
