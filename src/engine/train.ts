import type { RunEvent } from "../core/experiment/runEvent";
import type { TrainReply, TrainRequest } from "../protocol/engine";
import { openRun } from "./training/openRun";
import { runError, RunRecord } from "./training/runRecord";
import { trainRun } from "./training/trainRun";

export interface TrainOptions extends TrainRequest {
  /** Aborting stops the run between two batches, after saving its state. */
  readonly signal: AbortSignal;
  /** Told the run directory as soon as it is known. */
  readonly onDirectory?: ((directory: string) => void) | undefined;
}

/**
 * Trains one variant with one seed, from its files to a complete run directory: features, statistics, epochs with evaluation
 * and checkpoints, test of the best epoch, summary. Every event is in the run's log before it is yielded. A run that is taken
 * up again goes on from its last checkpoint as if it had never stopped.
 *
 * @returns the summary, as it is in the run directory
 * @throws UserError when the input is wrong, RunFailure when the run cannot go on, Cancelled when it was stopped; the run
 * directory then says the same
 */
export async function* train(options: TrainOptions): AsyncGenerator<RunEvent, TrainReply> {
  const run = await openRun(options);
  const { writer } = run;
  options.onDirectory?.(writer.directory);
  const record = new RunRecord(run);
  const note = async (event: RunEvent): Promise<RunEvent> => {
    record.take(event);
    await writer.append(event);
    return event;
  };
  try {
    const events = trainRun(run, record, options);
    let next = await events.next();
    for (; !next.done; next = await events.next()) yield await note(next.value);
    const { step, epoch, seconds } = record;
    yield await note({ type: "runEnded", outcome: next.value, step, epoch, seconds });
    const summary = record.summary(next.value);
    await writer.finish(summary);
    return { summary, directory: writer.directory };
  } catch (thrown) {
    const error = runError(thrown);
    const { step, epoch, seconds } = record;
    const last: RunEvent = error
      ? { type: "runFailed", error }
      : { type: "runEnded", outcome: "cancelled", step, epoch, seconds };
    try {
      yield await note(last);
      await writer.finish(record.summary(error ? "failed" : "cancelled", error));
    } catch {
      // A full disk, or a lock that was lost: what ended the run is the more useful message, and it is thrown below.
    }
    throw thrown;
  } finally {
    await writer.close();
  }
}
