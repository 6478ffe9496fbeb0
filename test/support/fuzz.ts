/**
 * How many inputs each fuzz test tries. `FUZZ_RUNS` raises it (a nightly run uses 1,000,000) and draws a fresh seed, which a
 * failure prints; otherwise the seed is fixed.
 */
export function fuzzOptions(runs: number): { numRuns: number; seed?: number } {
  const wanted = process.env["FUZZ_RUNS"];
  return wanted === undefined ? { numRuns: runs, seed: 20240613 } : { numRuns: Number(wanted) };
}
