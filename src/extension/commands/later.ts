import type { Command } from "../app";

/** Stands where a command is still being written; gone when the last is. */
export const later: Command = () => () => {
  throw new Error("This command is not built yet.");
};
