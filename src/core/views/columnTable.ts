/** Rows as they cross to a webview: the receiver cuts what it holds to `from` rows, then appends these. */
export interface TableRows {
  readonly from: number;
  readonly columns: Readonly<Record<string, Float64Array>>;
}

const firstCapacity = 256;
/** Columns grow at different rows, so that no row waits for all of them. */
const growthPhases = 8;

/**
 * Columns of numbers of equal length that grow at their end: a run of a million steps stays a few megabytes, and what is new
 * can be sent without sending all. NaN stands for "not measured" as well as for a value that is not a number.
 */
export class ColumnTable {
  readonly #columns = new Map<string, Float64Array>();
  #rowCount = 0;

  get rowCount(): number {
    return this.#rowCount;
  }

  /** In the order in which they were first given. */
  get columnNames(): readonly string[] {
    return [...this.#columns.keys()];
  }

  /** Adds a row; columns that it does not name get NaN. */
  append(row: Readonly<Record<string, number>>): void {
    this.#reserve(this.#rowCount + 1);
    for (const values of this.#columns.values()) values[this.#rowCount] = Number.NaN;
    for (const [name, value] of Object.entries(row))
      this.#columnToFill(name, this.#rowCount + 1)[this.#rowCount] = value;
    this.#rowCount++;
  }

  /** The values of a column, as a view that later changes may move away from; empty for a column there is none of. */
  column(name: string): Float64Array {
    return this.#columns.get(name)?.subarray(0, this.#rowCount) ?? new Float64Array();
  }

  /** One value; NaN outside the table. */
  at(name: string, row: number): number {
    return this.column(name)[row] ?? Number.NaN;
  }

  /** The newest value of a column; NaN when there is none. */
  last(name: string): number {
    return this.at(name, this.#rowCount - 1);
  }

  /** Keeps the first rows only. */
  cut(rowCount: number): void {
    this.#rowCount = Math.min(this.#rowCount, rowCount);
  }

  /** How many rows come before the first whose value is at least `bound`, in a column that never falls. */
  rowsBefore(name: string, bound: number): number {
    return lowerBound(this.column(name), bound);
  }

  /** Copies of the rows from `from` on, at most `count`. */
  rowsFrom(from: number, count = Infinity): TableRows {
    const columns = this.columnNames.map((name) => [name, this.column(name).slice(from, from + count)] as const);
    return { from, columns: Object.fromEntries(columns) };
  }

  /** Takes in what another table's `rowsFrom` gave. */
  put({ from, columns }: TableRows): void {
    this.cut(from);
    const added = Math.max(0, ...Object.values(columns).map((values) => values.length));
    this.#reserve(this.#rowCount + added);
    for (const values of this.#columns.values()) values.fill(Number.NaN, this.#rowCount, this.#rowCount + added);
    const rowCount = this.#rowCount + added;
    for (const [name, values] of Object.entries(columns))
      this.#columnToFill(name, rowCount).set(values, this.#rowCount);
    this.#rowCount = rowCount;
  }

  /** @param rowCount rows that the column must have room for */
  #columnToFill(name: string, rowCount: number): Float64Array {
    const existing = this.#columns.get(name);
    if (existing) return existing;
    const values = new Float64Array(capacityFor(rowCount, this.#columns.size)).fill(Number.NaN);
    this.#columns.set(name, values);
    return values;
  }

  #reserve(rowCount: number): void {
    let at = 0;
    for (const [name, values] of this.#columns) {
      if (values.length < rowCount) {
        const grown = new Float64Array(capacityFor(rowCount, at));
        grown.set(values.subarray(0, this.#rowCount));
        this.#columns.set(name, grown);
      }
      at++;
    }
  }
}

/** Twice as much each time, beginning with another number for neighbouring columns. */
function capacityFor(rowCount: number, column: number): number {
  const first = firstCapacity * (1 + (column % growthPhases) / growthPhases);
  return first * 2 ** Math.max(0, Math.ceil(Math.log2(rowCount / first)));
}

/** Index of the first value that is at least `bound`, in values that never fall; their number when there is none. */
export function lowerBound(sorted: Float64Array, bound: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? Number.NaN) < bound) low = middle + 1;
    else high = middle;
  }
  return low;
}
