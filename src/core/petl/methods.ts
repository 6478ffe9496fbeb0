import { z } from "zod";
import type { ModelScope } from "../nn/modelContext";
import { linearProbe, LinearProbeConfig } from "./linearProbe";
import type { MethodInput, MethodOutput, PetlMethod } from "./method";
import { mlpProbe, MlpProbeConfig } from "./mlpProbe";
import { stagesProbe, StagesProbeConfig } from "./stagesProbe";
import { unipt } from "./unipt/unipt";
import { UniptConfig } from "./unipt/uniptOptions";

/** A method by name, with its options; what `image.method` and `text.method` of an experiment file hold. */
export const MethodConfig = z.discriminatedUnion("name", [
  UniptConfig,
  LinearProbeConfig,
  MlpProbeConfig,
  StagesProbeConfig,
]);
export type MethodConfig = z.infer<typeof MethodConfig>;
export type MethodName = MethodConfig["name"];

/** Every method that an experiment can name. */
export const methods: { readonly [N in MethodName]: PetlMethod<Extract<MethodConfig, { name: N }>> } = {
  unipt,
  "linear-probe": linearProbe,
  "mlp-probe": mlpProbe,
  "stages-probe": stagesProbe,
};

/**
 * Adds the network of the method that `config` names to the graph of `scope`.
 * @throws UserError when the hidden states do not suit the options.
 */
export function buildMethod(scope: ModelScope, input: MethodInput, config: MethodConfig): MethodOutput {
  // The table's type ties each name to its config; TypeScript cannot follow that through an indexed union.
  const method = methods[config.name] as PetlMethod<MethodConfig>;
  return method.build(scope, input, config);
}
