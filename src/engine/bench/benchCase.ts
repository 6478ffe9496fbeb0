import type { Feeds } from "../../core/graph/executor";
import type { ModelScope } from "../../core/nn/modelContext";
import type { Value } from "../../core/graph/graphBuilder";

/** Work that is timed on both sides: here and by the PyTorch peer, at the same sizes. */
export interface TrainingCase {
  readonly kind: "training";
  readonly defaultBatch: number;
  /** The network's output [B, E] or [B, N, E]; tokens are averaged, padding included, before the loss. */
  forward(scope: ModelScope, batch: number): Value;
  /** Raw hidden states and masks: whatever a cached feature could have prepared is done inside the step. */
  data(batch: number): Feeds;
}

/** A forward pass through a backbone that keeps every hidden state. */
export interface ExtractionCase {
  readonly kind: "extraction";
  readonly defaultBatch: number;
}

export type BenchCase = TrainingCase | ExtractionCase;

export interface BenchResult {
  readonly case: string;
  readonly device: string;
  readonly threads: number;
  readonly batch: number;
  readonly medianMs: number;
  readonly minMs: number;
  /** Processor time of one step, all threads together: other programs disturb it less than the time on the clock. */
  readonly medianCpuMs: number;
  /** High-water mark of the resident memory of the process that ran the steps. */
  readonly peakRssMiB: number;
  readonly trainableParams: number;
}

export interface BenchOptions {
  readonly threads: number;
  readonly batch?: number | undefined;
  readonly steps?: number | undefined;
  readonly warmup?: number | undefined;
}
