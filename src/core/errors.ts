/**
 * The user's input is wrong: bad configuration, missing file, unsuitable model. Its message is one sentence that names the
 * file, the key, what was expected and what to do. Everything else that is thrown is a bug.
 */
export class UserError extends Error {
  override readonly name = "UserError";
}
