import { Cancelled, RunFailure, UserError } from "../core/errors";
import type { Output } from "./terminal";

/** 0 done · 1 failed · 2 the user's input is wrong · 130 cancelled (as a shell reports an interrupt). */
export type ExitCode = 0 | 1 | 2 | 130;

/** Says on `errors` what went wrong, the user's mistakes in one sentence and bugs with their stack. */
export function reportError(error: unknown, errors: Output): ExitCode {
  if (error instanceof UserError) {
    errors.write(`unipt: ${error.message}\n`);
    return 2;
  }
  if (error instanceof Cancelled) {
    errors.write(`unipt: ${error.message}\n`);
    return 130;
  }
  if (error instanceof RunFailure) {
    errors.write(`unipt: ${error.message}\n`);
    return 1;
  }
  errors.write(`${error instanceof Error ? stackOf(error) : String(error)}\n`);
  errors.write("unipt: this is a bug; please report it with the lines above.\n");
  return 1;
}

function stackOf(error: Error): string {
  const own = error.stack ?? error.message;
  return error.cause instanceof Error ? `${own}\nCaused by: ${stackOf(error.cause)}` : own;
}
