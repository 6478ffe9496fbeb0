import type { MethodConfig } from "../petl/methods";
import type { BackboneConfig } from "./backboneConfig";
import type { ExperimentConfig } from "./experimentConfig";

/** The parts of an experiment that have a backbone and a method of their own, in the order in which they are shown. */
export const sideNames = ["image", "video", "text", "joint"] as const;
export type SideName = (typeof sideNames)[number];

/** One side of an experiment, whatever its task. */
export interface Side {
  readonly name: SideName;
  readonly backbone: BackboneConfig;
  /** The tapped hidden states that the method is given; all by default. */
  readonly layers?: readonly number[] | undefined;
  readonly method: MethodConfig;
}

/** The sides that an experiment's task has. */
export function sidesOf(config: ExperimentConfig): readonly Side[] {
  const given: Partial<Record<SideName, Omit<Side, "name">>> = config;
  return sideNames.flatMap((name): Side[] => {
    const side = given[name];
    return side ? [{ name, backbone: side.backbone, layers: side.layers, method: side.method }] : [];
  });
}

/**
 * The side of this name.
 * @throws RangeError when the experiment's task has none
 */
export function sideOf(config: ExperimentConfig, name: SideName): Side {
  const side = sidesOf(config).find((candidate) => candidate.name === name);
  if (!side) throw new RangeError(`The task "${config.task}" has no side "${name}".`);
  return side;
}

/** Values that a side keeps beside its hidden states, by name: the backbone's own embedding, the decoder's states. */
export function besideHiddenStates({ backbone }: Side): {
  readonly embedding: readonly string[];
  readonly decoder: readonly string[];
} {
  return {
    embedding: "embedding" in backbone && backbone.embedding !== undefined ? [backbone.embedding] : [],
    decoder: "decoderStates" in backbone ? backbone.decoderStates : [],
  };
}
