import { findChecks } from "../../engine/verify/findChecks";
import { runCheck } from "../../engine/verify/runCheck";
import type { ExitCode } from "../exitCode";

export interface VerifyOptions {
  readonly directories: readonly string[];
  /** Folder of the photos that preprocessed pictures were made from. */
  readonly images?: string;
  readonly json?: boolean;
}

/** One line per check with its largest difference, then the count of passed and failed ones. */
export async function verifyCommand({ directories, images, json = false }: VerifyOptions): Promise<ExitCode> {
  const lines = json ? process.stderr : process.stdout;
  const checks = await findChecks(directories);
  const width = Math.max(0, ...checks.map(({ label }) => label.length));
  const results = [];
  for (const check of checks) {
    const { passed, maxDifference, tolerance, detail } = await runCheck(check, images);
    results.push({ file: check.label, passed, maxDifference: finite(maxDifference), tolerance, detail });
    const figures = Number.isFinite(maxDifference)
      ? `difference ${maxDifference.toExponential(1)} of ${tolerance.toExponential(1)} allowed`
      : "cannot be compared";
    lines.write(
      `${passed ? "ok  " : "FAIL"} ${check.label.padEnd(width)}  ${figures}${detail ? ` (${detail})` : ""}\n`,
    );
  }
  const passedCount = results.filter(({ passed }) => passed).length;
  const failedCount = results.length - passedCount;
  if (json) process.stdout.write(`${JSON.stringify({ passed: passedCount, failed: failedCount, checks: results })}\n`);
  lines.write(`${passedCount} passed, ${failedCount} failed\n`);
  return failedCount === 0 && passedCount > 0 ? 0 : 1;
}

/** JSON has no infinity. */
function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
