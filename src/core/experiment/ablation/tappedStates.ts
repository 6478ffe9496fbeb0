import type { ExperimentConfig } from "../experimentConfig";
import type { AxisRequest, Side, TappedStates } from "./axis";
import { sides } from "./axis";
import { leaveOneLayerOutAxis, tappedLayersAxis } from "./layerAxes";

/** Sides whose hidden states are told only by the model file; none where no axis is about layers. */
export function statesToFind(config: ExperimentConfig, axes: readonly AxisRequest[]): readonly Side[] {
  const layerAxes = [tappedLayersAxis.name, leaveOneLayerOutAxis.name];
  if (!axes.some(({ kind, name }) => kind === "named" && layerAxes.includes(name))) return [];
  return sides.filter((side) => config[side].backbone.hiddenStates === undefined);
}

/**
 * Names of the tapped hidden states.
 * @param found hidden states of the models, by side, where the experiment leaves the choice to them
 */
export function tappedStates(
  config: ExperimentConfig,
  found: Partial<Readonly<Record<Side, readonly string[]>>> = {},
): TappedStates {
  const ofSide = (side: Side): readonly string[] =>
    config[side].backbone.hiddenStates?.map((tap) =>
      typeof tap === "string" ? tap : (found[side]?.[tap] ?? `hidden state ${tap}`),
    ) ??
    found[side] ??
    [];
  return { image: ofSide("image"), text: ofSide("text") };
}
