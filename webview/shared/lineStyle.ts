/** Dashes and markers tell lines apart where colours do not. */
const dashes: readonly (readonly number[])[] = [[], [6, 3], [2, 2], [8, 3, 2, 3], [12, 4], [3, 3, 8, 3]];
const markers = ["circle", "triangle", "rect", "rectRot", "crossRot", "star"] as const;
export type Marker = (typeof markers)[number];

/** How many colours themes have for charts. */
const colorCount = 6;

/** Which of the colours a line has. */
export function colorIndex(tone: number): number {
  return tone % colorCount;
}

/** Shifts by one each time the colours begin anew, so that 36 lines differ. */
export function dashOf(tone: number): readonly number[] {
  return dashes[(tone + Math.floor(tone / dashes.length)) % dashes.length] ?? [];
}

export function markerOf(tone: number): Marker {
  return markers[(tone + Math.floor(tone / markers.length)) % markers.length] ?? "circle";
}
