import type { VerifiedCheck } from "../../protocol/engine";
import { findChecks } from "./findChecks";
import { runCheck } from "./runCheck";

/**
 * Runs every check that folders of reference files ask for.
 * @param photos folder of the photos that preprocessed pictures were made from
 * @throws UserError when a folder cannot be read
 */
export async function verify(directories: readonly string[], photos?: string): Promise<readonly VerifiedCheck[]> {
  const results: VerifiedCheck[] = [];
  for (const check of await findChecks(directories))
    results.push({ label: check.label, ...(await runCheck(check, photos)) });
  return results;
}
