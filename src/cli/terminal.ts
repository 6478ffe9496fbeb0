/** The least that is needed of a stream to write to; `process.stderr` is one. */
export interface Output {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** Redraws no more often than this, so that a fast loop is not slowed by its own display. */
const REDRAW_INTERVAL_MS = 100;

/**
 * Progress on a terminal: finished lines scroll up, a block of live lines stays below them and is redrawn in place. On
 * anything that is no terminal (a pipe, a log file) the live lines are left out and finished lines are all there is.
 */
export class LiveOutput {
  #live: readonly string[] = [];
  readonly #said = new Set<string>();
  #drawnLines = 0;
  #lastDrawMs = -Infinity;

  constructor(
    readonly output: Output,
    readonly now: () => number = () => performance.now(),
  ) {}

  get isLive(): boolean {
    return this.output.isTTY === true;
  }

  /** A line that stays; `live` replaces the live lines below it. */
  print(line: string, live: readonly string[] = this.#live): void {
    this.#live = live;
    this.#erase();
    this.output.write(`${line}\n`);
    this.#draw();
  }

  /** As `print`, unless the same line was printed before. */
  printOnce(line: string): void {
    if (this.#said.has(line)) return;
    this.#said.add(line);
    this.print(line);
  }

  /** Replaces the live lines; redrawn at most every 100 ms. */
  show(lines: readonly string[]): void {
    this.#live = lines;
    if (!this.isLive || this.now() - this.#lastDrawMs < REDRAW_INTERVAL_MS) return;
    this.#erase();
    this.#draw();
  }

  /** Removes the live lines for good. */
  finish(): void {
    this.#live = [];
    this.#erase();
  }

  #erase(): void {
    if (this.#drawnLines > 0) this.output.write(`\x1b[${this.#drawnLines}A\r\x1b[J`);
    this.#drawnLines = 0;
  }

  #draw(): void {
    if (!this.isLive || this.#live.length === 0) return;
    const width = (this.output.columns ?? 80) - 1;
    // A line that wraps would count as two and spoil the next redraw.
    const lines = this.#live.map((line) => Array.from(line).slice(0, width).join(""));
    this.output.write(`${lines.join("\n")}\n`);
    this.#drawnLines = lines.length;
    this.#lastDrawMs = this.now();
  }
}

/** A bar of `width` characters, e.g. `━━━━━━╌╌╌╌`. */
export function progressBar(fraction: number, width = 24): string {
  const full = Math.round(Math.min(1, Math.max(0, fraction)) * width);
  return "━".repeat(full) + "╌".repeat(width - full);
}
