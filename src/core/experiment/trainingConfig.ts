import { z } from "zod";
import { OptimizerConfig } from "../nn/optimizers/optimizer";
import { ScheduleConfig } from "../nn/schedules";

/** The training section; `metrics` are the names a task's evaluation can be selected by, the first being the default. */
export function trainingConfig<const M extends readonly [string, ...string[]]>(metrics: M) {
  return z
    .strictObject({
      epochs: z.int().min(1).default(20).describe("Passes over the training set."),
      batchSize: z.int().min(1).default(128).describe("Samples per step."),
      accumulate: z
        .int()
        .min(1)
        .max(4096)
        .default(1)
        .describe(
          "Steps whose gradients are averaged into one update of the optimizer; schedules count updates. 1 updates at every step.",
        ),
      optimizer: OptimizerConfig.prefault({ name: "adamw" }),
      schedule: ScheduleConfig.prefault({ name: "constant" }),
      gradientClip: z
        .number()
        .positive()
        .optional()
        .describe("Largest global norm of the gradient; longer ones are scaled down to it. Off by default."),
      averageDecay: z
        .number()
        .gt(0)
        .lt(1)
        .optional()
        .describe(
          "Evaluate, and keep as the best, running averages of everything trained: after each step, average = this × average + (1 − " +
            "this) × value. MDETR takes 0.9998. Off by default.",
        ),
      evaluateEveryEpochs: z.int().min(1).default(1).describe("Evaluate on the validation split after so many epochs."),
      selectBy: z
        .enum(metrics)
        .default(metrics[0] as M[number])
        .describe("Validation metric whose first maximum picks the best checkpoint."),
      earlyStop: z
        .strictObject({
          patience: z.int().min(1).describe("Stop after so many evaluations in a row without a new best."),
        })
        .optional()
        .describe("Ends training early. Off by default."),
      checkpointEverySteps: z
        .int()
        .min(1)
        .default(200)
        .describe("Steps between checkpoints: at most this much work is lost when the process is killed."),
    })
    .describe("How the parallel network is trained.");
}

export type TrainingConfig = z.infer<ReturnType<typeof trainingConfig>>;
