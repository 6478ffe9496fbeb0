import { availableParallelism } from "node:os";

import type { Ort } from "./onnxRuntime";

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

/** Half of the logical processors (hyper-threads share a core's multipliers), at least one. */
export function defaultThreads(): number {
  return Math.max(1, Math.min(MOST_THREADS, Math.floor(availableParallelism() / 2)));
}

/** The session options of this project. */
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
    enableCpuMemArena: true,
    enableMemPattern: false,
    logSeverityLevel: 3,
    extra: { session: { intra_op: { allow_spinning: "0" } } },
  };
}
