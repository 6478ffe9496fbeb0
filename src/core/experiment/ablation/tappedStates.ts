import type { ExperimentConfig } from "../experimentConfig";
import { type SideName, sidesOf } from "../sides";
import type { AxisRequest, TappedStates } from "./axis";
import { leaveOneLayerOutAxis, tappedLayersAxis } from "./layerAxes";

/** Sides whose hidden states are told only by the model file; none where no axis is about layers. */
export function statesToFind(config: ExperimentConfig, axes: readonly AxisRequest[]): readonly SideName[] {
  const layerAxes = [tappedLayersAxis.name, leaveOneLayerOutAxis.name];
  if (!axes.some(({ kind, name }) => kind === "named" && layerAxes.includes(name))) return [];
  return untappedSides(config);
}

/**
 * Names of the tapped hidden states.
 * @param found hidden states of the models, by side, where the experiment leaves the choice to them
 */
export function tappedStates(
  config: ExperimentConfig,
  found: Partial<Readonly<Record<SideName, readonly string[]>>> = {},
): TappedStates {
  const states = sidesOf(config).map(({ name, backbone }) => {
    const listed = backbone.hiddenStates?.map((tap) =>
      typeof tap === "string" ? tap : (found[name]?.[tap] ?? `hidden state ${tap}`),
    );
    return [name, listed ?? found[name] ?? []] as const;
  });
  return Object.fromEntries(states);
}

/** Sides that leave the choice of hidden states to their models. */
export function untappedSides(config: ExperimentConfig): readonly SideName[] {
  return sidesOf(config).flatMap(({ name, backbone }) => (backbone.hiddenStates === undefined ? [name] : []));
}
