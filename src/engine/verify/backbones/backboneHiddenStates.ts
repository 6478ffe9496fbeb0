import type { Executor } from "../../../core/graph/executor";
import type { Graph } from "../../../core/graph/graph";
import { findHiddenStates } from "../../../core/onnx/hiddenStates";
import { Comparison, type GoldenResult, type Tolerance } from "../golden/comparison";
import { GoldenReader } from "../golden/readGolden";

/** Tokens: rounding of another runtime. Grids: batch norms are folded into convolutions, which rounds weights anew. */
const tokenTolerance: Tolerance = { absolute: 1e-4 };
const gridTolerance: Tolerance = { absolute: 5e-4 };

/**
 * Compares the hidden states found in a backbone with those that the library it came from returns (`<name>.reference.json`):
 * same number, same order, same values.
 */
export async function checkBackboneHiddenStates(
  reference: unknown,
  graph: Graph,
  executor: Executor,
): Promise<GoldenResult> {
  const golden = new GoldenReader(reference, "reference");
  const expected = golden.at("hidden_states").tensors;
  const found = findHiddenStates(graph);
  if (found.length !== expected.length)
    return {
      maxDifference: Infinity,
      tolerance: 0,
      passed: false,
      detail: `${found.length} hidden states found, ${expected.length} expected`,
    };
  const feeds = golden.at("inputs").named;
  const taps = found.map(({ value }) => ({ name: value, dtype: "float32" as const }));
  const program = await executor.prepare({ ...graph, outputs: taps });
  try {
    const outputs = await program.run(feeds);
    const comparison = new Comparison();
    for (const { index, value, layout } of found) {
      const [actual, wanted] = [outputs[value], expected[index]];
      if (!wanted) continue;
      const what = `hidden state ${index} ("${value}")`;
      const isSameShape = actual?.shape.join() === wanted.shape.join();
      comparison.tensor(
        isSameShape
          ? what
          : `${what}: shape [${actual?.shape.join(", ") ?? ""}], expected [${wanted.shape.join(", ")}]`,
        isSameShape ? actual : undefined,
        wanted,
        layout === "grid" ? gridTolerance : tokenTolerance,
      );
    }
    return comparison.result();
  } finally {
    await program.dispose();
  }
}
