/**
 * Assigns every row a column of its own so that the sum of costs is least (the linear assignment problem), by shortest
 * augmenting paths: Jonker & Volgenant, Computing 38 (1987), in the form for rectangular matrices of Crouse (2016).
 *
 * For each row in turn a shortest path of alternating changes is searched from it to a free column, in costs reduced by the
 * prices of rows and columns, which stay such that no reduced cost is negative. O(rows² · columns).
 *
 * @param costs row-major [rows, columns], finite, rows ≤ columns
 * @returns the column of each row
 */
export function assign(costs: ArrayLike<number>, rows: number, columns: number): number[] {
  if (rows > columns) throw new RangeError(`${rows} rows cannot have ${columns} different columns.`);
  const rowOf = new Int32Array(columns).fill(-1);
  const rowPrice = new Float64Array(rows);
  const columnPrice = new Float64Array(columns);
  for (let free = 0; free < rows; free++) {
    const { distance, previous, settled, end } = shortestPath(costs, columns, free, { rowOf, rowPrice, columnPrice });
    const shortest = distance[end] ?? 0;
    rowPrice[free] = (rowPrice[free] ?? 0) + shortest;
    for (const column of settled) {
      const gap = shortest - (distance[column] ?? 0);
      const row = rowOf[column] ?? -1;
      rowPrice[row] = (rowPrice[row] ?? 0) + gap;
      columnPrice[column] = (columnPrice[column] ?? 0) - gap;
    }
    // Turn the path around: each row on it takes the column through which it was left.
    for (let column = end, row = -1; row !== free;) {
      row = previous[column] ?? free;
      const next = rowOf.indexOf(row);
      rowOf[column] = row;
      column = next;
    }
  }
  const columnOf = Array<number>(rows).fill(-1);
  rowOf.forEach((row, column) => {
    if (row >= 0) columnOf[row] = column;
  });
  return columnOf;
}

interface Solution {
  /** The row that has each column, or −1. */
  readonly rowOf: Int32Array;
  readonly rowPrice: Float64Array;
  readonly columnPrice: Float64Array;
}

/** Dijkstra's search from a row without a column to the nearest column without a row. */
function shortestPath(
  costs: ArrayLike<number>,
  columns: number,
  start: number,
  { rowOf, rowPrice, columnPrice }: Solution,
): { distance: Float64Array; previous: Int32Array; settled: number[]; end: number } {
  const distance = new Float64Array(columns).fill(Infinity);
  const previous = new Int32Array(columns).fill(-1);
  const open = new Set(Array.from({ length: columns }, (_, column) => column));
  const settled: number[] = [];
  let [row, base] = [start, 0];
  for (;;) {
    let nearest = -1;
    for (const column of open) {
      const cost = costs[row * columns + column] ?? Infinity;
      const through = base + cost - (rowPrice[row] ?? 0) - (columnPrice[column] ?? 0);
      if (through < (distance[column] ?? 0)) {
        distance[column] = through;
        previous[column] = row;
      }
      const isNearer = nearest < 0 || (distance[column] ?? 0) < (distance[nearest] ?? 0);
      // Among equals a free column ends the search at once.
      const isFreeEqual = (distance[column] ?? 0) === (distance[nearest] ?? NaN) && (rowOf[column] ?? -1) < 0;
      if (isNearer || (isFreeEqual && (rowOf[nearest] ?? -1) >= 0)) nearest = column;
    }
    if (nearest < 0 || distance[nearest] === Infinity) throw new RangeError("Costs have to be finite.");
    open.delete(nearest);
    const owner = rowOf[nearest] ?? -1;
    if (owner < 0) return { distance, previous, settled, end: nearest };
    settled.push(nearest);
    [row, base] = [owner, distance[nearest] ?? 0];
  }
}
