import { UserError } from "../../errors";
import { quoteAll } from "../describeSchema";
import { nearestWord } from "../nearestWord";
import { type SideName, sidesOf } from "../sides";
import type { AblationAxis, AblationLevel, AxisContext, AxisRequest } from "./axis";
import { leaveOneLayerOutAxis, tappedLayersAxis } from "./layerAxes";
import type { NamedAxis } from "./namedAxis";
import { optionAxes } from "./optionAxes";
import { settingAxis } from "./settingAxis";

/** Every axis that has a name. */
export const namedAxes: readonly NamedAxis[] = [tappedLayersAxis, leaveOneLayerOutAxis, ...optionAxes];

/** A named axis as a menu shows it. */
export interface AxisOffer {
  readonly axis: NamedAxis;
  /** The axis for this side alone, where each side has its own. */
  readonly side?: SideName | undefined;
  /** Why it does not suit the experiment; undefined when it does. */
  readonly refusal?: string | undefined;
}

/** Every named axis, those that do not suit this experiment with the reason. */
export function offeredAxes(context: AxisContext): readonly AxisOffer[] {
  return namedAxes.flatMap((axis): AxisOffer[] => {
    const suited = suitedSides(axis, context);
    if (suited.length === 0) return [{ axis, refusal: refusalOf(axis, context, namesOf(context)) }];
    return axis.scope === "each-side" && suited.length > 1 ? suited.map((side) => ({ axis, side })) : [{ axis }];
  });
}

/**
 * The axes that are asked for, with their levels.
 * @throws UserError for one that does not exist or does not suit the experiment
 */
export function resolveAxes(context: AxisContext, requests: readonly AxisRequest[]): readonly AblationAxis[] {
  return requests.flatMap((request) =>
    request.kind === "setting" ? [settingAxis(request.name, request.values ?? [])] : resolveNamed(context, request),
  );
}

function resolveNamed(context: AxisContext, { name, side, values }: AxisRequest): readonly AblationAxis[] {
  const axis = findAxis(name);
  const suited = suitedSides(axis, context);
  const wanted = side === undefined ? suited : suited.filter((other) => other === side);
  if (wanted.length === 0) {
    const reason = refusalOf(axis, context, side === undefined ? namesOf(context) : [side]);
    throw new UserError(`Axis "${axis.name}" ${reason}.`);
  }
  if (axis.scope === "experiment")
    return [{ name: axis.name, levels: axis.levels(context, suited[0] ?? "image", values) }];
  const isOne = suited.length === 1;
  const ofSide = (one: SideName): AblationAxis => ({
    name: isOne ? axis.name : `${one}.${axis.name}`,
    // Named by what the experiment is, not by what else is varied, so that a run is found again.
    levels: axis
      .levels(context, one, values)
      .map((level) => (isOne ? level : { ...level, name: `${one}-${level.name}` })),
  });
  if (axis.scope === "each-side" || side !== undefined) return wanted.map(ofSide);
  return [{ name: axis.name, levels: together(wanted.map((one) => axis.levels(context, one, values))) }];
}

/** Levels of the same name, one per side, as one level. */
function together(bySide: readonly (readonly AblationLevel[])[]): readonly AblationLevel[] {
  const merged = new Map<string, AblationLevel>();
  for (const level of bySide.flat()) {
    const known = merged.get(level.name);
    merged.set(level.name, { ...level, overrides: { ...known?.overrides, ...level.overrides } });
  }
  return [...merged.values()];
}

/** @throws UserError when there is none of this name */
export function findAxis(name: string): NamedAxis {
  const found = namedAxes.find((axis) => axis.name === name);
  if (found) return found;
  const names = namedAxes.map((axis) => axis.name);
  const meant = nearestWord(name, names);
  throw new UserError(
    `There is no axis "${name}"; use one of ${quoteAll(names)}, or a setting by its path${meant === undefined ? "." : `; did you mean "${meant}"?`}`,
  );
}

function suitedSides(axis: NamedAxis, context: AxisContext): readonly SideName[] {
  return namesOf(context).filter((side) => axis.refusal(context, side) === undefined);
}

function namesOf({ config }: AxisContext): readonly SideName[] {
  return sidesOf(config).map(({ name }) => name);
}

function refusalOf(axis: NamedAxis, context: AxisContext, asked: readonly SideName[]): string {
  return [...new Set(asked.flatMap((side) => axis.refusal(context, side) ?? []))].join(", and ");
}
