import type { Executor } from "../../../core/graph/executor";
import type { UniptOptions } from "../../../core/petl/unipt/uniptOptions";
import { parallelInteraction } from "../../../core/petl/unipt/parallelInteraction";
import { Comparison, forwardTolerance, type GoldenResult, gradientTolerance } from "./comparison";
import { GoldenReader } from "./readGolden";
import { runModel, weightedSum } from "./runModel";

type Options = Pick<UniptOptions, "interaction" | "normalizer" | "epsilon" | "epsilonConvention">;

const base = { normalizer: "relu-l1", interaction: "attention-identity", epsilonConvention: "add" } as const;

/** Interaction of each host system; CLIP4Clip adds a token of its own instead of the identity. */
const variants: Readonly<Record<string, Options>> = {
  vse: { ...base, epsilon: 1e-8 },
  clip4clip: { ...base, interaction: "attention", epsilon: 1e-6, epsilonConvention: "clamp" },
  clipvil: { ...base, epsilon: 1e-6 },
  mdetr: { ...base, epsilon: 1e-7 },
  mdetr_no_residual: { ...base, interaction: "attention", epsilon: 1e-7 },
};

/** `attention_edge`: rows without a positive score, tiny sums and a masked column, under every epsilon convention. */
export async function checkAttentionEdge(json: unknown, executor: Executor): Promise<GoldenResult> {
  const golden = new GoldenReader(json);
  const comparison = new Comparison();
  for (const [name, options] of Object.entries(variants)) {
    const expected = golden.at("variants").at(name);
    const results = await runModel(
      executor,
      "train",
      (scope, feed) => {
        const { g } = scope;
        const query = feed("query", golden.at("query").tensor);
        const context = feed("context", golden.at("context").tensor);
        const columnMask = g.unsqueeze(feed("mask", golden.at("mask").tensor), [1]);
        const attention = parallelInteraction(g, query, context, columnMask, options);
        if (!attention) throw new Error("The interaction has no weights.");
        const output = g.matMul(attention, context);
        return {
          outputs: { attention, output },
          loss: weightedSum(scope, output, golden.at("cotangent").tensor),
          inputs: [query, context],
        };
      },
      () => ({}),
    );
    const forward = (key: "attention" | "output"): void =>
      comparison.tensor(`${name} ${key}`, results[key], expected.at(key).tensor, forwardTolerance);
    forward("attention");
    forward("output");
    for (const key of ["query", "context"]) {
      const gradient = expected.at(`grad_${key}`).tensor;
      comparison.tensor(`${name} gradient of ${key}`, results[`gradient/${key}`], gradient, gradientTolerance);
    }
  }
  return comparison.result();
}
