import { z } from "zod";
import { ParameterGroups } from "./parameterGroups";
import type { Moment, Update, UpdateContext } from "./update";
import { scaledGradient } from "./update";

export const SgdConfig = z
  .strictObject({
    name: z.literal("sgd"),
    learningRate: z.number().positive().default(1e-2).describe("Peak learning rate; the schedule multiplies it."),
    momentum: z.number().min(0).lt(1).default(0).describe("Share of the last step that is kept."),
    nesterov: z.boolean().default(false).describe("Look ahead along the momentum (Nesterov)."),
    weightDecay: z.number().min(0).default(0).describe("This times the weight is added to its gradient."),
    noDecay: z
      .array(z.string().min(1))
      .default([])
      .describe('Parameters whose name contains one of these get no decay, e.g. ["bias"].'),
    groups: ParameterGroups,
  })
  .describe("Stochastic gradient descent with momentum, as torch.optim.SGD without dampening.");

export type SgdConfig = z.infer<typeof SgdConfig>;

/** u = g + λ p,  b ← μ b + u,  p ← p − η b;  with Nesterov's look-ahead  p ← p − η (u + μ b). */
export function sgdUpdate(context: UpdateContext, config: SgdConfig): Update {
  const { g, targets } = context;
  const { momentum, nesterov, weightDecay } = config;
  const rate = g.cast(context.learningRate, "float32");
  const moments: Moment[] = [];
  const parameters = targets.map((target) => {
    const { parameter, learningRateFactor } = target;
    const learningRate = learningRateFactor === 1 ? rate : g.mul(rate, g.scalar(learningRateFactor));
    const gradient = scaledGradient(context, target.gradient);
    const isDecayed = target.decays && weightDecay > 0;
    const direction = isDecayed ? g.add(gradient, g.mul(parameter, g.scalar(weightDecay))) : gradient;
    if (momentum === 0) return g.sub(parameter, g.mul(direction, learningRate));
    const input = g.input(`${target.name}.momentum`, "float32", parameter.shape);
    const next = g.add(g.mul(input, g.scalar(momentum)), direction);
    moments.push({ input, next });
    const step = nesterov ? g.add(direction, g.mul(next, g.scalar(momentum))) : next;
    return g.sub(parameter, g.mul(step, learningRate));
  });
  return { parameters, moments };
}
