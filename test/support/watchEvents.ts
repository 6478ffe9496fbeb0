import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { RunEvent } from "../../src/core/experiment/runEvent";
import { readEventLog } from "../../src/store/eventLog";
import { nodeFileSystem } from "../../src/store/nodeFileSystem";
import { runFiles } from "../../src/store/runDirectory";

const POLL_MS = 2;

/** All events of a run that count, in order. */
export async function eventsOf(runDirectory: string): Promise<RunEvent[]> {
  const history = await readEventLog(nodeFileSystem, join(runDirectory, runFiles.events));
  return history.records.flatMap(({ event }) => (event ? [event] : []));
}

/** Resolves as soon as the log satisfies `condition`; rejects when `ended` comes first. */
export async function untilEvents(
  runDirectory: string,
  condition: (events: readonly RunEvent[]) => boolean,
  ended: Promise<unknown>,
): Promise<void> {
  const state = { isOver: false };
  void ended.then(() => (state.isOver = true));
  while (!condition(await eventsOf(runDirectory))) {
    if (state.isOver) throw new Error("The run ended before its log satisfied the condition.");
    await delay(POLL_MS);
  }
}
