import { CommanderError } from "commander";
import { reportError } from "./exitCode";
import { buildProgram } from "./program";

/** Commander's own codes for "printed what was asked for": help and version. */
const askedFor = new Set(["commander.helpDisplayed", "commander.help", "commander.version"]);

async function main(): Promise<void> {
  try {
    await buildProgram((code) => (process.exitCode = code)).parseAsync();
  } catch (error) {
    // Commander has already written its sentence about a wrong option.
    if (error instanceof CommanderError) process.exitCode = askedFor.has(error.code) ? 0 : 2;
    else process.exitCode = reportError(error, process.stderr);
  }
}

// A reader that went away (`unipt inspect … | head`) is no error of ours.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
  throw error;
});

void main();
