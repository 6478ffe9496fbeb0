import type { ExitCode } from "../exitCode";

export async function doctorCommand(options: object): Promise<ExitCode> {
  throw new Error(`not written yet ${JSON.stringify(options)}`);
}
