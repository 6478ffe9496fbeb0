import type { Ort } from "./onnxRuntime";
import { physicalCores } from "./physicalCores";

/** Devices a graph can run on; each is an execution provider of ONNX Runtime. */
export const devices = ["cpu", "webgpu", "cuda", "dml", "coreml"] as const;
export type Device = (typeof devices)[number];

export interface OrtOptions {
  /** Default: "cpu". */
  readonly device?: Device;
  /** Threads within one operator on the CPU. Default: {@link defaultThreads}. */
  readonly threads?: number;
}

/** Beyond this many threads, graphs of this project's size gain nothing. */
const MOST_THREADS = 16;

/** One thread per core. */
export function defaultThreads(): number {
  return Math.min(MOST_THREADS, physicalCores());
}

/**
 * Threads of each of `processes` that share this machine: the cores are shared out, and never fewer than one each. Two threads
 * that compete with other busy processes for a core are several times slower than one.
 */
export function threadsFor(processes = 1): number {
  return Math.max(1, Math.floor(defaultThreads() / Math.max(1, processes)));
}

/**
 * The session options of this project, chosen by measurement (processor time per step and peak memory; `unipt bench
 * vse-text`, batch 112, and `extract`, batch 32, one thread of an AMD EPYC, ONNX Runtime 1.30):
 *
 *                                       vse-text               extract
 *   as below                            374 ms, 420 MiB        1.90 s, 646 MiB
 *   without CPU arena                   453 ms, 435 MiB        2.06 s, 659 MiB    (928 ms under memory pressure)
 *   with memory patterns                372 ms, 577 MiB        1.81 s, 751 MiB    the first run's memory stays beside the plan's
 *   optimisation "extended"             389 ms, 419 MiB        2.08 s, 644 MiB
 *   optimisation "basic"                395 ms, 461 MiB        1.96 s, 647 MiB
 *   optimisation "disabled"             413 ms, 427 MiB
 *   parallel execution                  404 ms, 421 MiB
 *   without prepacked weights           no constants           2.12 s, 652 MiB    opens in 0.3 s instead of 1.8 s
 *   two threads, not spinning           450 ms of both
 *   two threads, spinning               699 ms of both         waiting threads take the cores that others need
 *
 * Flushing denormals changes nothing here, and would change JavaScript's own arithmetic in the process as well.
 */
export function sessionOptions({
  device = "cpu",
  threads = defaultThreads(),
}: OrtOptions): Ort.InferenceSession.SessionOptions {
  return {
    executionProviders: device === "cpu" ? ["cpu"] : [{ name: device }, "cpu"],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: "sequential",
    graphOptimizationLevel: "all",
    // Electron's allocator kills the process where a single allocation is larger than it likes, and the arena grows in such.
    enableCpuMemArena: process.versions["electron"] === undefined,
    enableMemPattern: false,
    logSeverityLevel: 3,
    extra: { session: { intra_op: { allow_spinning: "0" } } },
  };
}
