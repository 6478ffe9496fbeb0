import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { OpBuilder } from "../../core/graph/opBuilder";
import { fromData, zeros } from "../../core/graph/tensor";
import { uniform } from "../../core/nn/random";
import type { OrtExecutor } from "../ort/ortExecutor";
import { RandomWeights } from "./randomWeights";
import { visionTransformer, VIT_B32 } from "./visionTransformer";

/** Makes a function that runs a ViT-B/32-size backbone on one batch and keeps all 13 hidden states and the embedding. */
export async function prepareExtraction(
  batch: number,
  executor: OrtExecutor,
): Promise<{ step: () => Promise<void>; dispose: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), "unipt-bench-"));
  const weights = new RandomWeights(join(folder, "weights.bin"));
  const shape = [batch, 3, VIT_B32.imageSize, VIT_B32.imageSize];
  const g = new OpBuilder("extract");
  const { hiddenStates, embedding } = visionTransformer(g, g.input("pixels", "float32", shape), VIT_B32, (name, size) =>
    g.initializer(name, weights.add(size)),
  );
  weights.close();
  hiddenStates.forEach((value, index) => g.output(`hiddenState.${index}`, value));
  g.output("embedding", embedding);

  const graph = g.build();
  const program = await executor.prepare(graph);
  // As in extraction: the backbone writes where the shard is put together, so no output is allocated or copied.
  const outputs = Object.fromEntries(
    graph.outputs.map(({ name, dtype, shape }) => [name, zeros(dtype, shape as readonly number[])]),
  );
  const pixels = fromData("float32", shape, uniform({ seed: 0, stream: "pixels" }, batch * 3 * VIT_B32.imageSize ** 2));
  return {
    step: async () => {
      await program.runInto({ pixels }, outputs);
    },
    dispose: async () => {
      await program.dispose();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
