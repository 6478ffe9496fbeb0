import type { JobEnd, JobHandle } from "./jobHandle";
import type { ProcessTable } from "../store/processIdentity";
import type { FileSystem } from "../store/fileSystem";
import { isAlive, type JobView, readJobState, requestOf } from "./jobFiles";
import { StateCell } from "./stateCell";

/** Changes are seen, and the death of the other process is noticed, within this time. */
const intervalMs = 500;

export interface AdoptContext {
  readonly fs: FileSystem;
  readonly processes: ProcessTable;
  readonly now: () => number;
}

/** Watches a job that another editor, or this one before it was reloaded, has started; all by files. */
export function adoptJob(directory: string, { record, state }: JobView, context: AdoptContext): JobHandle {
  const { fs, processes, now } = context;
  const cell = new StateCell(state);
  let timer: NodeJS.Timeout | undefined;
  let isReleased = false;

  const look = async (): Promise<JobEnd | undefined> => {
    // First whether it lives, then what it wrote: the last state of one that is gone is then not missed.
    const lives = await isAlive(fs, directory, processes, now());
    const latest = await readJobState(fs, directory);
    if (latest && JSON.stringify(latest) !== JSON.stringify(cell.state)) cell.set(latest);
    if (lives) return undefined;
    if (cell.state.phase === "ended") return { kind: "ended" };
    return { kind: "died", reason: "The conductor process is gone." };
  };
  const ended = new Promise<JobEnd>((resolve) => {
    const again = async (): Promise<void> => {
      // A disk that does not answer now may do so the next time.
      const end = await look().catch(() => undefined);
      if (end) resolve(end);
      else if (!isReleased) timer = setTimeout(() => void again(), intervalMs);
    };
    void again();
  });
  return {
    directory,
    record,
    get state() {
      return cell.state;
    },
    ended,
    onChange: cell.onChange,
    command: (command) => requestOf(fs, directory, command),
    release: () => {
      isReleased = true;
      clearTimeout(timer);
    },
  };
}
