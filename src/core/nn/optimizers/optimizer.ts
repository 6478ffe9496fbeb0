import { z } from "zod";
import { AdamWConfig, adamwUpdate } from "./adamw";
import { BertAdamConfig, bertAdamUpdate } from "./bertAdam";
import { SgdConfig, sgdUpdate } from "./sgd";
import type { Update, UpdateContext } from "./update";

export const OptimizerConfig = z
  .discriminatedUnion("name", [AdamWConfig, SgdConfig, BertAdamConfig])
  .describe("How gradients change the parameters.");

export type OptimizerConfig = z.infer<typeof OptimizerConfig>;

/** The nodes of one update of every target. */
export function optimizerUpdate(context: UpdateContext, config: OptimizerConfig): Update {
  switch (config.name) {
    case "adamw":
      return adamwUpdate(context, config);
    case "sgd":
      return sgdUpdate(context, config);
    case "bert-adam":
      return bertAdamUpdate(context, config);
  }
}

/** Whether small parameters may be updated as if they were one: nothing is asked of the gradient of a single one. */
export function allowsBundles(config: OptimizerConfig): boolean {
  return config.name !== "bert-adam" || config.tensorClip === null;
}

/** Whether weight decay applies to the parameter of this name. */
export function decaysWeight(config: OptimizerConfig, parameterName: string): boolean {
  return !config.noDecay.some((part) => parameterName.includes(part));
}
