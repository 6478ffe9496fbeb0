import { Cancelled } from "../../core/errors";
import type { Feeds, Program } from "../../core/graph/executor";
import type { Tensor } from "../../core/graph/tensor";
import { fromData, sizeOf } from "../../core/graph/tensor";
import type { EvaluationPass, Split } from "./trainingTask";

/** An evaluation pass ready to run over any split, in batches of one fixed size. */
export interface PreparedPass {
  readonly pass: EvaluationPass;
  readonly program: Program;
  readonly batchSize: number;
  /** Data inputs that the graph really uses. */
  readonly needed: ReadonlySet<string>;
}

export interface BatchOutputs {
  /** First of these items, by position in the split. */
  readonly start: number;
  /** How many rows of each output belong to items; the last batch is filled up with repetitions. */
  readonly count: number;
  readonly outputs: Readonly<Record<string, Tensor>>;
}

/**
 * Runs the pass over every item of the split, in order.
 * @throws Cancelled between batches once `signal` is aborted.
 */
export async function* passBatches(
  { pass, program, batchSize, needed }: PreparedPass,
  split: Split,
  signal?: AbortSignal,
): AsyncGenerator<BatchOutputs> {
  const itemCount = pass.itemCount(split);
  const items = new Uint32Array(batchSize);
  for (let start = 0; start < itemCount; start += batchSize) {
    if (signal?.aborted) throw new Cancelled("Stopped during evaluation.");
    for (let row = 0; row < batchSize; row++) items[row] = Math.min(start + row, itemCount - 1);
    const feeds: Feeds = await pass.read(split, items, needed);
    yield { start, count: Math.min(batchSize, itemCount - start), outputs: await program.run(feeds) };
  }
}

/**
 * Collects every output of the pass over the whole split; each [batchSize, …] becomes [n, …] (float32).
 * @param onBatch is told after each batch how many items are done
 */
export async function collectPass(
  prepared: PreparedPass,
  split: Split,
  signal?: AbortSignal,
  onBatch?: (done: number) => void,
): Promise<Record<string, Tensor>> {
  const itemCount = prepared.pass.itemCount(split);
  const collected: Record<string, Tensor> = {};
  for await (const { start, count, outputs } of passBatches(prepared, split, signal)) {
    for (const [name, { shape, data }] of Object.entries(outputs)) {
      const rowShape = shape.slice(1);
      const width = sizeOf(rowShape);
      collected[name] ??= fromData("float32", [itemCount, ...rowShape], new Float32Array(itemCount * width));
      (collected[name].data as Float32Array).set((data as Float32Array).subarray(0, count * width), start * width);
    }
    onBatch?.(start + count);
  }
  return collected;
}
