/** Where the keyboard is among the points of a chart: a line, and a point of it. */
export interface WalkPosition {
  readonly line: number;
  readonly point: number;
}

/** Moves a page key jumps over: a tenth of the line. */
const pages = 10;

/**
 * Where a key leads. Lines keep the point as far as they have it; positions never leave the chart.
 * @param lengths number of points of each line; lines without points are passed over
 * @returns undefined for a key that does not move
 */
export function walk(position: WalkPosition, key: string, lengths: readonly number[]): WalkPosition | undefined {
  const length = lengths[position.line] ?? 0;
  const page = Math.max(1, Math.round(length / pages));
  const moves: Readonly<Record<string, number>> = {
    ArrowLeft: -1,
    ArrowRight: 1,
    PageUp: page,
    PageDown: -page,
    Home: -Infinity,
    End: Infinity,
  };
  const move = moves[key];
  if (move !== undefined) return { ...position, point: clamp(position.point + move, length) };
  if (key !== "ArrowUp" && key !== "ArrowDown") return undefined;
  const step = key === "ArrowUp" ? -1 : 1;
  let line = position.line + step;
  while (line >= 0 && line < lengths.length && (lengths[line] ?? 0) === 0) line += step;
  if (line < 0 || line >= lengths.length) return position;
  return { line, point: clamp(position.point, lengths[line] ?? 0) };
}

function clamp(point: number, length: number): number {
  return Math.max(0, Math.min(length - 1, point));
}
