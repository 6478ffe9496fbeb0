import { UserError } from "../../core/errors";
import { type Tensor, tensor } from "../../core/graph/tensor";
import type { StatisticsSpec } from "../../core/nn/modelContext";
import { type PreparedPass, passBatches } from "./collectPass";

/**
 * Mean and population standard deviation of the standardised values over the training split, in double precision by
 * Welford's update (no cancellation, whatever the mean).
 * @param prepared its program computes exactly the outputs that `specs` name
 * @returns the buffers by name, float32
 * @throws UserError when a value is not finite
 */
export async function trainingStatistics(
  prepared: PreparedPass,
  specs: readonly StatisticsSpec[],
  signal?: AbortSignal,
): Promise<Record<string, Tensor>> {
  const moments = new Map<string, RunningMoments>();
  for await (const { start, count, outputs } of passBatches(prepared, "train", signal)) {
    for (const { output } of specs) {
      const values = outputs[output];
      if (!values) throw new Error(`The evaluation graph has no output "${output}".`);
      const width = values.shape[1] ?? 1;
      const running = moments.get(output) ?? new RunningMoments(width);
      moments.set(output, running);
      // An item may have several rows, such as a decoder's queries.
      const rowsPerItem = (values.shape[0] ?? 1) / prepared.batchSize;
      for (let row = 0; row < count * rowsPerItem; row++) {
        if (running.add((values.data as Float32Array).subarray(row * width, (row + 1) * width))) continue;
        throw new UserError(
          `The hidden states of ${prepared.pass.describe("train", start + Math.floor(row / rowsPerItem))} hold a value that is not a finite number; ` +
            `check that file and the backbone, or tap other hidden states.`,
        );
      }
    }
  }
  return Object.fromEntries(
    specs.flatMap(({ meanBuffer, deviationBuffer, output }) => {
      const running = moments.get(output);
      if (!running) throw new UserError("The training split is empty; give some pairs the split train.");
      const shape = [running.mean.length];
      return [
        [meanBuffer, tensor("float32", shape, running.mean)],
        [deviationBuffer, tensor("float32", shape, running.standardDeviation)],
      ];
    }),
  );
}

class RunningMoments {
  readonly mean: Float64Array;
  readonly #squares: Float64Array;
  #count = 0;

  constructor(width: number) {
    this.mean = new Float64Array(width);
    this.#squares = new Float64Array(width);
  }

  /** Takes in one row; false when it holds a value that is not finite. */
  add(row: Float32Array): boolean {
    this.#count++;
    for (let i = 0; i < row.length; i++) {
      const value = row[i] ?? NaN;
      if (!Number.isFinite(value)) return false;
      const before = value - (this.mean[i] ?? 0);
      const mean = (this.mean[i] ?? 0) + before / this.#count;
      this.mean[i] = mean;
      this.#squares[i] = (this.#squares[i] ?? 0) + before * (value - mean);
    }
    return true;
  }

  get standardDeviation(): Float64Array {
    return this.#squares.map((squares) => Math.sqrt(squares / this.#count));
  }
}
