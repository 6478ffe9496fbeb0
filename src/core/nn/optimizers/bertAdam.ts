import { z } from "zod";
import { clipScale, gradientNorm } from "../gradientNorm";
import { ParameterGroups } from "./parameterGroups";
import { type Moment, scaledGradient, type Update, type UpdateContext } from "./update";

export const BertAdamConfig = z
  .strictObject({
    name: z.literal("bert-adam"),
    learningRate: z.number().positive().default(1e-4).describe("Peak learning rate; the schedule multiplies it."),
    beta1: z.number().min(0).lt(1).default(0.9).describe("Decay of the running mean of gradients, per step."),
    beta2: z.number().min(0).lt(1).default(0.98).describe("Decay of the running mean of squared gradients, per step."),
    epsilon: z.number().positive().default(1e-6).describe("Added to the root of the second moment."),
    weightDecay: z.number().min(0).default(0.2).describe("This times the weight is added to its step."),
    tensorClip: z
      .number()
      .positive()
      .nullable()
      .default(1)
      .describe("Largest norm of the gradient of a single parameter tensor, after any global clipping; null for none."),
    noDecay: z
      .array(z.string().min(1))
      .default(["bias"])
      .describe('Parameters whose name contains one of these get no decay, e.g. ["bias"].'),
    groups: ParameterGroups,
  })
  .describe("BERT's Adam as CLIP4Clip uses it: no bias correction, gradients clipped tensor by tensor.");

export type BertAdamConfig = z.infer<typeof BertAdamConfig>;

/**
 * m ← β₁ m + (1 − β₁) g,  v ← β₂ v + (1 − β₂) g²,  p ← p − η ( m / (√v + ε) + λ p ): Adam without bias correction, whose first
 * steps are therefore about three times as long as Adam's; its own schedule starts from a learning rate of 0.
 * CLIP4Clip/modules/optimization.py.
 */
export function bertAdamUpdate(context: UpdateContext, config: BertAdamConfig): Update {
  const { g, targets } = context;
  const { beta1, beta2, epsilon, weightDecay, tensorClip } = config;
  const moments: Moment[] = [];
  const parameters = targets.map((target) => {
    const { parameter } = target;
    const whole = scaledGradient(context, target.gradient);
    const gradient = tensorClip === null ? whole : g.mul(whole, clipScale(g, gradientNorm(g, [whole]), tensorClip));
    const input = (name: string) => g.input(`${target.name}.${name}`, "float32", parameter.shape);
    const [mean, square] = [input("firstMoment"), input("secondMoment")];
    const nextMean = g.add(g.mul(mean, g.scalar(beta1)), g.mul(gradient, g.scalar(1 - beta1)));
    const squared = g.mul(gradient, gradient);
    const nextSquare = g.add(g.mul(square, g.scalar(beta2)), g.mul(squared, g.scalar(1 - beta2)));
    moments.push({ input: mean, next: nextMean }, { input: square, next: nextSquare });
    const direction = g.div(nextMean, g.add(g.sqrt(nextSquare), g.scalar(epsilon)));
    const isDecayed = target.decays && weightDecay > 0;
    const step = isDecayed ? g.add(direction, g.mul(parameter, g.scalar(weightDecay))) : direction;
    const rate = g.cast(g.mul(context.learningRate, g.scalar(target.learningRateFactor, "float64")), "float32");
    return g.sub(parameter, g.mul(step, rate));
  });
  return { parameters, moments };
}
