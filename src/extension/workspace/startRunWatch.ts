import { nodeFileSystem } from "../../store/nodeFileSystem";
import { systemProcesses } from "../../store/processIdentity";
import { findPlaces } from "./findPlaces";
import type { RunWatchOptions } from "./runWatch";
import { RunWatch } from "./runWatch";

/** A watch over the runs of the workspace that is open. */
export function startRunWatch(listeners: Pick<RunWatchOptions, "changed" | "progressed" | "report">): RunWatch {
  return new RunWatch({
    fs: nodeFileSystem,
    processes: systemProcesses,
    now: () => Date.now(),
    findPlaces,
    ...listeners,
  });
}
