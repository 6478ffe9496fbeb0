import { z } from "zod";
import { AdamWConfig, adamwUpdate } from "./adamw";
import { SgdConfig, sgdUpdate } from "./sgd";
import type { Update, UpdateContext } from "./update";

export const OptimizerConfig = z
  .discriminatedUnion("name", [AdamWConfig, SgdConfig])
  .describe("How gradients change the parameters.");

export type OptimizerConfig = z.infer<typeof OptimizerConfig>;

/** The nodes of one update of every target. */
export function optimizerUpdate(context: UpdateContext, config: OptimizerConfig): Update {
  return config.name === "adamw" ? adamwUpdate(context, config) : sgdUpdate(context, config);
}

/** Whether weight decay applies to the parameter of this name. */
export function decaysWeight(config: OptimizerConfig, parameterName: string): boolean {
  return !config.noDecay.some((part) => parameterName.includes(part));
}
