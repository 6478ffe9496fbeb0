import type { ExperimentConfig } from "../experimentConfig";
import type { Overrides } from "../overrides";
import type { SideName } from "../sides";

/** Names of the tapped hidden states of each side that the experiment has, low to high. */
export type TappedStates = Partial<Readonly<Record<SideName, readonly string[]>>>;

/** What an ablation starts from. */
export interface AxisContext {
  readonly config: ExperimentConfig;
  readonly states: TappedStates;
}

/** One setting of an axis. */
export interface AblationLevel {
  /** Part of a variant's name: kebab case. */
  readonly name: string;
  /** What tables show. */
  readonly value: string;
  readonly overrides: Overrides;
}

/** Something that is varied, with everything it is set to. */
export interface AblationAxis {
  /** Named axis, with the side in front where it concerns one of two, or the dotted path of a setting. */
  readonly name: string;
  readonly levels: readonly AblationLevel[];
}

/** What is asked for: a named axis or a setting by its path. Without values, a named axis takes those that suit the experiment. */
export interface AxisRequest {
  readonly kind: "named" | "setting";
  /** As in {@link axisNames}, or the dotted path. */
  readonly name: string;
  /** Only this side; each that suits by default. */
  readonly side?: SideName | undefined;
  readonly values?: readonly string[] | undefined;
}
