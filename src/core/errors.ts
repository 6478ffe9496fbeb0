/**
 * The user's input is wrong: bad configuration, missing file, unsuitable model. Its message is one sentence that names the
 * file, the key, what was expected and what to do. Everything else that is thrown is a bug.
 */
export class UserError extends Error {
  override readonly name = "UserError";
}

/**
 * The work cannot go on although neither the input nor this program is known to be wrong: a loss that diverged, a worker
 * that was killed, a full disk. Its message is one sentence that says what was lost, what was kept, and what to do.
 */
export class RunFailure extends Error {
  override readonly name = "RunFailure";
}

/** The user asked to stop; nothing is wrong. */
export class Cancelled extends Error {
  override readonly name = "Cancelled";
}
