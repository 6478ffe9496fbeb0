/** x1, y1, x2, y2 with x1 ≤ x2 and y1 ≤ y2. */
export type Corners = readonly [x1: number, y1: number, x2: number, y2: number];
/** Centre and size. */
export type CenterBox = readonly [cx: number, cy: number, width: number, height: number];

export function cornersOf([cx, cy, width, height]: CenterBox): Corners {
  return [cx - width / 2, cy - height / 2, cx + width / 2, cy + height / 2];
}

export function centerOf([x1, y1, x2, y2]: Corners): CenterBox {
  return [(x1 + x2) / 2, (y1 + y2) / 2, x2 - x1, y2 - y1];
}

/** Intersection over union, in [0, 1]. */
export function iou(a: Corners, b: Corners): number {
  return overlap(a, b).iou;
}

/** Generalised intersection over union, in (−1, 1]. */
export function giou(a: Corners, b: Corners): number {
  const { iou: share, union } = overlap(a, b);
  const hull = (Math.max(a[2], b[2]) - Math.min(a[0], b[0])) * (Math.max(a[3], b[3]) - Math.min(a[1], b[1]));
  return share - (hull - union) / hull;
}

function overlap(a: Corners, b: Corners): { readonly iou: number; readonly union: number } {
  const width = Math.max(0, Math.min(a[2], b[2]) - Math.max(a[0], b[0]));
  const height = Math.max(0, Math.min(a[3], b[3]) - Math.max(a[1], b[1]));
  const union = area(a) + area(b) - width * height;
  return { iou: (width * height) / union, union };
}

function area([x1, y1, x2, y2]: Corners): number {
  return (x2 - x1) * (y2 - y1);
}
