/**
 * Where a key leads to from one of `count` tiles that are laid out in rows of `columns`.
 * @returns undefined for keys that do not move
 */
export function tileWalk(from: number, key: string, count: number, columns: number): number | undefined {
  if (count === 0) return undefined;
  const to = target(from, key, count, Math.max(1, columns));
  return to === undefined ? undefined : Math.max(0, Math.min(count - 1, to));
}

function target(from: number, key: string, count: number, columns: number): number | undefined {
  switch (key) {
    case "ArrowRight":
      return from + 1;
    case "ArrowLeft":
      return from - 1;
    case "ArrowDown":
      // Above a last row that is shorter, down leads to its end.
      return isInLastRow(from, count, columns) ? from : from + columns;
    case "ArrowUp":
      return from < columns ? from : from - columns;
    case "Home":
      return 0;
    case "End":
      return count - 1;
    default:
      return undefined;
  }
}

function isInLastRow(from: number, count: number, columns: number): boolean {
  return Math.floor(from / columns) === Math.floor((count - 1) / columns);
}
