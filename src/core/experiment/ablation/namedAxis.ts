import { UserError } from "../../errors";
import type { MethodConfig } from "../../petl/methods";
import type { UniptConfig } from "../../petl/unipt/uniptOptions";
import { quoteAll } from "../describeSchema";
import { nearestWord } from "../nearestWord";
import { sideOf, type SideName } from "../sides";
import type { AblationLevel, AxisContext } from "./axis";

/** An axis that the method or the task offers. */
export interface NamedAxis {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /**
   * `sides`: both sides change together where both can. `each-side`: an axis of its own for each side. `experiment`: it
   * concerns neither side alone; `side` means nothing then.
   */
  readonly scope: "sides" | "each-side" | "experiment";
  /** Why it makes no sense for this experiment, as the end of a sentence; undefined when it does. */
  readonly refusal: (context: AxisContext, side: SideName) => string | undefined;
  /**
   * The settings asked for, or those that suit.
   * @throws UserError for a value that there is none of
   */
  readonly levels: (
    context: AxisContext,
    side: SideName,
    values: readonly string[] | undefined,
  ) => readonly AblationLevel[];
}

export function methodOf({ config }: AxisContext, side: SideName): MethodConfig {
  return sideOf(config, side).method;
}

/** The UniPT settings of a side, or why there are none. */
export function uniptOf(context: AxisContext, side: SideName): UniptConfig | string {
  const method = methodOf(context, side);
  return method.name === "unipt" ? method : `is an option of UniPT, but "${side}.method" is "${method.name}"`;
}

/** The value itself when the axis has it. @throws UserError otherwise */
export function knownValue(axis: string, value: string, known: readonly string[]): string {
  if (known.includes(value)) return value;
  const meant = nearestWord(value, known);
  const hint = meant === undefined ? "" : `; did you mean "${meant}"?`;
  throw new UserError(`Axis "${axis}" has no value "${value}"; use some of ${quoteAll(known)}${hint || "."}`);
}

/** A whole number of at least `least`. @throws UserError for anything else */
export function wholeValue(axis: string, value: string, least: number): number {
  const number = Number(value);
  if (/^\d{1,9}$/.test(value) && number >= least) return number;
  throw new UserError(`Axis "${axis}" has no value "${value}"; use whole numbers of at least ${least}.`);
}
