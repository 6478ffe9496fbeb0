import { gradients } from "../../../core/autodiff/gradients";
import type { Executor } from "../../../core/graph/executor";
import type { Value } from "../../../core/graph/graphBuilder";
import { OpBuilder } from "../../../core/graph/opBuilder";
import type { Tensor } from "../../../core/graph/tensor";
import { ModelContext, type ModelScope } from "../../../core/nn/modelContext";

/** Declares a graph input holding this tensor. */
export type Feed = (name: string, value: Tensor) => Value;

export interface ModelUnderTest {
  readonly outputs: Readonly<Record<string, Value>>;
  /** Differentiated with respect to every parameter, and to `inputs`; reported as `loss` and `gradient/<name>`. */
  readonly loss?: Value;
  readonly inputs?: readonly Value[];
}

/**
 * Builds a model, feeds it parameters and buffers under the model's own names, and returns its outputs, the next values of
 * its buffers and its gradients.
 */
export async function runModel(
  executor: Executor,
  mode: "train" | "eval",
  build: (scope: ModelScope, feed: Feed) => ModelUnderTest,
  state: (context: ModelContext) => Record<string, Tensor>,
): Promise<Record<string, Tensor>> {
  const g = new OpBuilder("golden");
  const context = new ModelContext(g, mode);
  const feeds: Record<string, Tensor> = {};
  const {
    outputs,
    loss,
    inputs = [],
  } = build(context.root, (name, value) => {
    feeds[name] = value;
    return g.input(name, value.dtype, value.shape);
  });
  for (const [name, value] of Object.entries(outputs)) g.output(name, value);
  if (loss) {
    const parameters = context.parameters.flatMap(({ name }) => g.value(name) ?? []);
    const sources = [...parameters, ...inputs];
    gradients(g, loss, sources).forEach((gradient, index) =>
      g.output(`gradient/${sources[index]?.name ?? ""}`, gradient),
    );
    g.output("loss", loss);
  }
  const program = await executor.prepare(g.build());
  try {
    return await program.run({ ...feeds, ...state(context) });
  } finally {
    await program.dispose();
  }
}

/** Σ output ⊙ cotangent, the loss whose gradients the golden files hold. */
export function weightedSum({ g }: ModelScope, output: Value, cotangent: Tensor): Value {
  return g.reduceSum(g.mul(output, g.constant(cotangent)), [...output.shape.keys()]);
}
