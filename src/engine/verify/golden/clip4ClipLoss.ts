import type { Executor } from "../../../core/graph/executor";
import { numbersOf, tensor } from "../../../core/graph/tensor";
import { frameEmbedding } from "../../../core/nn/layers/frameEmbedding";
import { clip4ClipL2, l2Normalize } from "../../../core/nn/layers/l2Normalize";
import { symmetricCrossEntropy } from "../../../core/nn/losses/symmetricCrossEntropy";
import { Comparison, forwardTolerance, type GoldenResult, gradientTolerance, lossTolerance } from "./comparison";
import { GoldenReader } from "./readGolden";
import { runModel } from "./runModel";

/** CLIP's pre-trained scale, exp(ln 100). */
const SCALE = 100;

/** `loss_clip4clip`: similarities of texts with masked frames, loss, gradients with respect to both before scaling. */
export async function checkClip4ClipLoss(json: unknown, executor: Executor): Promise<GoldenResult> {
  const golden = new GoldenReader(json);
  const videoMask = golden.at("video_mask").tensor;
  const results = await runModel(
    executor,
    "train",
    ({ g }, feed) => {
      const text = feed("text", golden.at("text").tensor);
      const video = feed("video", golden.at("video").tensor);
      const mask = feed("mask", tensor("float32", videoMask.shape, numbersOf(videoMask)));
      const unitText = l2Normalize(g, g.squeeze(text, [1]), clip4ClipL2);
      const similarity = g.matMul(unitText, g.swapLast(frameEmbedding(g, video, mask)));
      const logits = g.mul(similarity, g.scalar(SCALE));
      return { outputs: { logits }, loss: symmetricCrossEntropy(g, logits), inputs: [text, video] };
    },
    () => ({}),
  );
  const comparison = new Comparison();
  comparison.tensor("logits", results["logits"], golden.at("logits").tensor, forwardTolerance);
  comparison.number("loss", Number(results["loss"]?.data[0]), golden.at("loss").number, lossTolerance);
  for (const name of ["text", "video"]) {
    const expected = golden.at(`grad_${name}`).tensor;
    comparison.tensor(`${name} gradient`, results[`gradient/${name}`], expected, gradientTolerance);
  }
  return comparison.result();
}
