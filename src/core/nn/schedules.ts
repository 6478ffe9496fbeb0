import { z } from "zod";
import type { Value } from "../graph/graphBuilder";
import type { OpBuilder } from "../graph/opBuilder";
import { tensor } from "../graph/tensor";

const Constant = z.strictObject({ name: z.literal("constant") }).describe("The learning rate stays as it is.");

const WarmupLinear = z
  .strictObject({
    name: z.literal("warmup-linear"),
    warmupFraction: z
      .number()
      .min(0)
      .lt(1)
      .default(0.05)
      .describe("Share of all steps over which the learning rate rises from 0."),
  })
  .describe("Rises linearly from 0, then falls linearly to 0 (LXMERT, CLIP-ViL).");

const WarmupCosine = z
  .strictObject({
    name: z.literal("warmup-cosine"),
    warmupEpochs: z
      .number()
      .min(0)
      .default(1)
      .describe("Epochs over which the learning rate rises to its peak; the first step already moves."),
  })
  .describe("Rises linearly, then follows half a cosine down to 0.");

const BertCosine = z
  .strictObject({
    name: z.literal("bert-cosine"),
    warmupFraction: z
      .number()
      .min(0)
      .lt(1)
      .default(0.1)
      .describe("Share of all steps over which the learning rate rises from 0."),
  })
  .describe("Rises linearly from 0, then follows a half cosine over all steps, the warm-up included (CLIP4Clip).");

const StepDecay = z
  .strictObject({
    name: z.literal("step-decay"),
    atEpochs: z
      .array(z.int().min(1))
      .default([15])
      .describe("Epochs, counted from 0, at whose start the learning rate is multiplied by `factor`."),
    factor: z.number().positive().lt(1).default(0.1).describe("What the learning rate is multiplied by."),
  })
  .describe("Falls by a factor at given epochs (VSE∞: ×0.1 at epoch 15).");

export const ScheduleConfig = z
  .discriminatedUnion("name", [Constant, WarmupLinear, WarmupCosine, BertCosine, StepDecay])
  .describe("How the learning rate changes from step to step.");

export type ScheduleConfig = z.infer<typeof ScheduleConfig>;

/** Length of the training that a schedule is stretched over. */
export interface TrainingLength {
  readonly stepsPerEpoch: number;
  readonly totalSteps: number;
}

/**
 * Factor of the learning rate at a step, as graph nodes in double precision.
 *
 *   warmup-linear   min(1, x/w) · min(1, (1 − x)/(1 − w)),  x = step / totalSteps: the first step has factor 0
 *   warmup-cosine   min(1, (step + 1)/W) · ½ (1 + cos π t),  t = (step − W)/(totalSteps − W) within [0, 1],  W in steps
 *   bert-cosine     x/w where x < w, else ½ (1 + cos π x),  x = step / totalSteps: the first step has factor 0, and at the end of
 *                   the warm-up the factor jumps, since the cosine starts at x = 0
 *   step-decay      factorⁿ,  n = number of the given epochs that have begun
 *
 * @param step float64 scalar: the number of updates done before this one
 * @returns float64 scalar
 */
export function scheduleFactor(g: OpBuilder, config: ScheduleConfig, length: TrainingLength, step: Value): Value {
  const double = (value: number): Value => g.scalar(value, "float64");
  const { stepsPerEpoch, totalSteps } = length;
  /** slope · step + offset, cut to [0, 1]. */
  const ramp = (slope: number, offset: number): Value =>
    g.clip(g.add(g.mul(step, double(slope)), double(offset)), double(0), double(1));
  switch (config.name) {
    case "constant":
      return double(1);
    case "warmup-linear": {
      const warmup = config.warmupFraction;
      const fall = ramp(-1 / (totalSteps * (1 - warmup)), 1 / (1 - warmup));
      return warmup === 0 ? fall : g.mul(ramp(1 / (totalSteps * warmup), 0), fall);
    }
    case "warmup-cosine": {
      const warmupSteps = Math.round(config.warmupEpochs * stepsPerEpoch);
      const rest = Math.max(1, totalSteps - warmupSteps);
      const angle = g.mul(ramp(1 / rest, -warmupSteps / rest), double(Math.PI));
      const fall = g.add(g.mul(g.cos(angle), double(0.5)), double(0.5));
      return warmupSteps === 0 ? fall : g.mul(ramp(1 / warmupSteps, 1 / warmupSteps), fall);
    }
    case "bert-cosine": {
      const done = g.div(step, double(totalSteps));
      const fall = g.add(g.mul(g.cos(g.mul(done, double(Math.PI))), double(0.5)), double(0.5));
      const warmup = config.warmupFraction;
      if (warmup === 0) return fall;
      return g.where(g.less(done, double(warmup)), g.div(done, double(warmup)), fall);
    }
    case "step-decay": {
      if (config.atEpochs.length === 0) return double(1);
      const starts = config.atEpochs.map((epoch) => epoch * stepsPerEpoch);
      const begun = g.op("GreaterOrEqual", [step, g.constant(tensor("float64", [starts.length], starts))]);
      return g.pow(double(config.factor), g.reduceSum(g.cast(begun, "float64"), [0]));
    }
  }
}
