import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { parseExperimentOrThrow } from "../../src/core/experiment/parseExperiment";
import type { RunEvent } from "../../src/core/experiment/runEvent";
import type { TrainReply } from "../../src/protocol/engine";
import { train } from "../../src/engine/train";

/** Trains the first run of an experiment file in this process, with everything beside the file. */
export async function trainFirst(file: string): Promise<TrainReply & { readonly events: readonly RunEvent[] }> {
  const { plans } = parseExperimentOrThrow(await readFile(file, "utf8"), file);
  const [plan] = plans;
  if (!plan) throw new Error(`"${file}" plans no run.`);
  const directory = dirname(file);
  const running = train({
    plan,
    baseDirectory: directory,
    cacheDirectory: join(directory, "cache"),
    runsDirectory: join(directory, "runs"),
    signal: new AbortController().signal,
  });
  const events: RunEvent[] = [];
  for (let next = await running.next(); ; next = await running.next()) {
    if (next.done) return { ...next.value, events };
    events.push(next.value);
  }
}

/** The loss of every step. */
export function lossesOf(events: readonly RunEvent[]): readonly number[] {
  return events.flatMap((event) => (event.type === "stepEnd" ? [event.loss] : []));
}
