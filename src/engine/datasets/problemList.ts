import type { DataProblem, Place } from "./dataset";

/** Problems beyond this number are only counted: a broken data set may have a million. */
const maxProblems = 200;

/** Collects what is left out while data files are read. */
export class ProblemList {
  readonly #problems: DataProblem[] = [];
  #uncounted = 0;
  #last = "";

  add(place: Place, message: string): void {
    const { file, line, entry } = place;
    if (this.#problems.length >= maxProblems) {
      this.#uncounted++;
      this.#last = file;
      return;
    }
    const text = entry === undefined ? message : `${entry}: ${message}`;
    this.#problems.push(line === undefined ? { file, message: text } : { file, line, message: text });
  }

  get problems(): readonly DataProblem[] {
    if (this.#uncounted === 0) return this.#problems;
    return [...this.#problems, { file: this.#last, message: `${this.#uncounted} more problems are not listed` }];
  }

  /** The first problem in words, for a sentence that says why nothing is left; empty without problems. */
  get reason(): string {
    const [first] = this.#problems;
    if (first === undefined) return "";
    return first.line === undefined ? `: ${first.message}` : `: line ${first.line}: ${first.message}`;
  }
}
