import type { Executor } from "../../../core/graph/executor";
import { l2Normalize, vseInfinityL2 } from "../../../core/nn/layers/l2Normalize";
import { tripletHingeLoss } from "../../../core/nn/losses/tripletHinge";
import { Comparison, type GoldenResult, gradientTolerance, lossTolerance } from "./comparison";
import { GoldenReader } from "./readGolden";
import { runModel } from "./runModel";

/** `loss_vse_triplet`: both kinds of negatives, gradients with respect to the embeddings before scaling. */
export async function checkTripletLoss(json: unknown, executor: Executor): Promise<GoldenResult> {
  const golden = new GoldenReader(json);
  const margin = golden.at("meta").at("margin").number;
  const comparison = new Comparison();
  for (const [key, negatives] of [
    ["sum_violation", "all"],
    ["max_violation", "hardest"],
  ] as const) {
    const results = await runModel(
      executor,
      "train",
      ({ g }, feed) => {
        const image = feed("image", golden.at("im_raw").tensor);
        const text = feed("text", golden.at("s_raw").tensor);
        const [imageUnit, textUnit] = [l2Normalize(g, image, vseInfinityL2), l2Normalize(g, text, vseInfinityL2)];
        const loss = tripletHingeLoss(g, imageUnit, textUnit, { margin, negatives }, undefined);
        return { outputs: {}, loss, inputs: [image, text] };
      },
      () => ({}),
    );
    const expected = golden.at(key);
    comparison.numbers(`${key} loss`, [Number(results["loss"]?.data[0])], [expected.at("loss").number], lossTolerance);
    comparison.tensor(
      `${key} image gradient`,
      results["gradient/image"],
      expected.at("grad_im").tensor,
      gradientTolerance,
    );
    comparison.tensor(
      `${key} text gradient`,
      results["gradient/text"],
      expected.at("grad_s").tensor,
      gradientTolerance,
    );
  }
  return comparison.result();
}
