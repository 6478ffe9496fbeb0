import { z } from "zod";
import type { Value } from "../../graph/graphBuilder";
import { ParameterGroups } from "./parameterGroups";
import type { Moment, Update, UpdateContext } from "./update";
import { scaledGradient } from "./update";

export const AdamWConfig = z
  .strictObject({
    name: z.literal("adamw"),
    learningRate: z.number().positive().default(1e-3).describe("Peak learning rate; the schedule multiplies it."),
    beta1: z.number().min(0).lt(1).default(0.9).describe("Decay of the running mean of gradients, per step."),
    beta2: z.number().min(0).lt(1).default(0.999).describe("Decay of the running mean of squared gradients, per step."),
    epsilon: z.number().positive().default(1e-8).describe("Added to the root of the second moment."),
    weightDecay: z
      .number()
      .min(0)
      .default(0.01)
      .describe("Decoupled decay: each step shrinks the weights by learning rate × this."),
    noDecay: z
      .array(z.string().min(1))
      .default([])
      .describe('Parameters whose name contains one of these keep their size, e.g. ["bias"].'),
    groups: ParameterGroups,
    form: z
      .enum(["torch", "transformers"])
      .optional()
      .describe(
        "Which code base's details: torch (default) corrects the second moment before epsilon is added and decays the weights before the step; transformers (up to its version 4, CLIP-ViL) adds epsilon first and decays after the step.",
      ),
  })
  .describe("Adam with decoupled weight decay (Loshchilov & Hutter, arXiv:1711.05101), as torch.optim.AdamW.");

export type AdamWConfig = z.infer<typeof AdamWConfig>;

/**
 * p ← (1 − η λ) p,  then  p ← p − η m̂ / (√v̂ + ε)  with  m̂ = m/(1 − β₁ᵗ),  v̂ = v/(1 − β₂ᵗ).
 *
 * The moments are kept as plain discounted sums, M = m/(1 − β₁) = Σ β₁ᵏ g and V = v/(1 − β₂) = Σ β₂ᵏ g², and every factor that
 * all parameters share becomes one scalar per step, in double precision until the end (1 − β₂ᵗ loses digits otherwise):
 *
 *   p ← d p − a M / (√V + e),   r = √((1 − β₂ᵗ)/(1 − β₂)),  a = η r (1 − β₁)/(1 − β₁ᵗ),  e = ε r,  d = 1 − η λ
 *
 * The form of transformers has  e = ε / √(1 − β₂)  and decays last:  p ← d ( p − a M / (√V + e) ).
 */
export function adamwUpdate(context: UpdateContext, config: AdamWConfig): Update {
  const { g, targets, learningRate, updateCount } = context;
  const { beta1, beta2, epsilon, weightDecay, form = "torch" } = config;
  const double = (value: number): Value => g.scalar(value, "float64");
  const float = (value: Value): Value => g.cast(value, "float32");
  const correction = (beta: number): Value => g.sub(double(1), g.pow(double(beta), updateCount)); // 1 − βᵗ
  const ratio = g.sqrt(g.mul(correction(beta2), double(1 / (1 - beta2))));
  const offset = form === "torch" ? float(g.mul(ratio, double(epsilon))) : g.scalar(epsilon / Math.sqrt(1 - beta2));
  const ratesOf = perFactor((factor) => {
    const rate = factor === 1 ? learningRate : g.mul(learningRate, double(factor));
    return {
      stepSize: float(g.div(g.mul(g.mul(rate, ratio), double(1 - beta1)), correction(beta1))),
      shrink: float(g.sub(double(1), g.mul(rate, double(weightDecay)))),
    };
  });

  const moments: Moment[] = [];
  const parameters = targets.map((target) => {
    const gradient = scaledGradient(context, target.gradient);
    const moment = (name: string, beta: number, addend: Value): Value => {
      const input = g.input(`${target.name}.${name}`, "float32", target.parameter.shape);
      const next = g.add(g.mul(input, g.scalar(beta)), addend);
      moments.push({ input, next });
      return next;
    };
    const mean = moment("firstMoment", beta1, gradient);
    const square = moment("secondMoment", beta2, g.mul(gradient, gradient));
    const { stepSize, shrink } = ratesOf(target.learningRateFactor);
    const step = g.mul(g.div(mean, g.add(g.sqrt(square), offset)), stepSize);
    if (!target.decays || weightDecay === 0) return g.sub(target.parameter, step);
    return form === "torch"
      ? g.sub(g.mul(target.parameter, shrink), step)
      : g.mul(g.sub(target.parameter, step), shrink);
  });
  return { parameters, moments };
}

/** Makes something once for each learning rate factor. */
function perFactor<T>(make: (factor: number) => T): (factor: number) => T {
  const made = new Map<number, T>();
  return (factor) => {
    const value = made.get(factor) ?? make(factor);
    made.set(factor, value);
    return value;
  };
}
