import type { Executor } from "../../../core/graph/executor";
import { fromData } from "../../../core/graph/tensor";
import { gpoOfficialNames } from "../../../core/nn/layers/gpoOfficialNames";
import { gpoPooling } from "../../../core/nn/layers/gpoPooling";
import { Comparison, forwardTolerance, type GoldenResult, gradientTolerance } from "./comparison";
import { GoldenReader } from "./readGolden";
import { runModel, weightedSum } from "./runModel";
import { lengthMask } from "./uniptModels";

/** `gpo`: pooled features and gradients with respect to the GRU, the scores and the features. */
export async function checkGpo(json: unknown, executor: Executor): Promise<GoldenResult> {
  const golden = new GoldenReader(json);
  const features = golden.at("inputs").at("features").tensor;
  const mask = lengthMask(golden.at("inputs").at("lengths").tensor, features.shape[1] ?? 1);
  const dimensions = {
    positionDim: golden.at("meta").at("d_pe").number,
    hiddenDim: golden.at("meta").at("d_hidden").number,
  };
  const parameters = golden.at("params");
  const results = await runModel(
    executor,
    "eval",
    (scope, feed) => {
      const tokens = feed("features", features);
      const output = gpoPooling(scope, tokens, feed("mask", mask), dimensions);
      return { outputs: { output }, loss: weightedSum(scope, output, golden.at("cotangent").tensor), inputs: [tokens] };
    },
    (context) =>
      Object.fromEntries(
        context.parameters.map(({ name, shape }) => {
          const { dtype, data } = parameters.at(gpoOfficialNames[name] ?? name).tensor;
          return [name, fromData(dtype, shape, data)];
        }),
      ),
  );
  const comparison = new Comparison();
  comparison.tensor("output", results["output"], golden.at("output").tensor, forwardTolerance);
  comparison.tensor(
    "gradient of features",
    results["gradient/features"],
    golden.at("input_grad").tensor,
    gradientTolerance,
  );
  for (const [ours, official] of Object.entries(gpoOfficialNames)) {
    const expected = golden.at("param_grads").at(official).tensor;
    comparison.tensor(`gradient of ${official}`, results[`gradient/${ours}`], expected, gradientTolerance);
  }
  return comparison.result();
}
