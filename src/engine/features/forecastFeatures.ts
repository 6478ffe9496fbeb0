import type { FeatureForecast } from "../../core/experiment/forecast";
import type { Tensor } from "../../core/graph/tensor";
import { type ExtractionRequest, planExtraction } from "./extractionPlan";
import { missingItems, verifyShards } from "./extractFeatures";
import { ShardBuffer } from "./shardBuffer";

/**
 * Forecasts size and time of an extraction. Nothing is written but remembered file hashes; the time is measured on one batch.
 * @throws UserError when backbone, taps and source do not fit together
 */
export async function forecastFeatures(request: ExtractionRequest): Promise<FeatureForecast> {
  const fingerprints = await request.cache.fingerprints();
  const plan = await planExtraction(request, fingerprints);
  await fingerprints.save();
  const verified = verifyShards(request, plan);
  let step = await verified.next();
  while (!step.done) step = await verified.next();
  const missing = missingItems(plan, new Set(step.value.shards.flatMap(({ items }) => items)));
  const { recordBytes } = plan.layout;
  return {
    taps: plan.tapGraph.taps.map(({ value, shape }) => ({ value, shape })),
    dtype: request.dtype,
    items: plan.items.length,
    cachedItems: plan.items.length - missing.length,
    bytesPerItem: recordBytes,
    totalBytes: plan.items.length * recordBytes,
    newBytes: missing.length * recordBytes,
    device: request.executor.device,
    seconds: missing.length === 0 ? 0 : (await secondsPerItem(request, plan, missing)) * missing.length,
  };
}

/** Loads and runs one batch; a first run, which also allocates memory, is not counted. */
async function secondsPerItem(
  { executor, source }: ExtractionRequest,
  { tapGraph, inputs, batchSize, layout }: Awaited<ReturnType<typeof planExtraction>>,
  missing: readonly number[],
): Promise<number> {
  const program = await executor.prepare(tapGraph.graph);
  try {
    const batch = inputs.makeBatch(batchSize);
    const started = performance.now();
    // Where pictures stand or lie, the time of those that lie stands for all.
    const sample = missing.slice(0, batchSize);
    await Promise.all(sample.map((index, row) => batch.write(row, index).catch(() => source.nameOf(index))));
    const loaded = performance.now() - started;
    const rows = new ShardBuffer(layout, batchSize).rowsFor(batchSize, inputs.unitsPerItem);
    const outputs = Object.fromEntries(tapGraph.taps.map(({ output }, at) => [output, rows[at] as Tensor]));
    await program.runInto(batch.feeds, outputs);
    const beforeRun = performance.now();
    await program.runInto(batch.feeds, outputs);
    return (loaded / sample.length + (performance.now() - beforeRun) / batchSize) / 1000;
  } finally {
    await program.dispose();
  }
}
