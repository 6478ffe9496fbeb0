import { UserError } from "../../errors";
import { selectTappedLayers } from "../../petl/unipt/tappedLayers";
import { resolveUniptOptions } from "../../petl/unipt/uniptPresets";
import { sideOf, type SideName } from "../sides";
import type { AblationLevel, AxisContext } from "./axis";
import { methodOf, type NamedAxis, wholeValue } from "./namedAxis";

/** The hidden states that a method may do without, and the one that it may not. Indices into those tapped. */
interface LayerCandidates {
  /** Low to high. */
  readonly layers: readonly number[];
  /** The guide of UniPT, which every choice keeps. */
  readonly guide?: number;
}

/** What can be chosen among, or why there is no choice, as the end of a sentence. */
function candidatesOf(context: AxisContext, side: SideName): LayerCandidates | string {
  const method = methodOf(context, side);
  const tapped = context.states[side] ?? [];
  const given = sideOf(context.config, side).layers ?? tapped.map((_, layer) => layer);
  const beyond = given.find((layer) => layer >= tapped.length);
  if (beyond !== undefined) return `needs a "${side}.layers" within the ${tapped.length} tapped hidden states`;
  if (method.name === "stages-probe") return { layers: given };
  if (method.name !== "unipt")
    return `needs a method that reads several layers, but "${side}.method" is "${method.name}", which reads the last one only`;
  if (method.aggregation === "last" && method.guide !== "previous")
    return `changes nothing with "aggregation": "last", which reads the highest layer only`;
  if (given.length < 2) return `needs two hidden states at least, but "${side}" gives its method ${given.length}`;
  const { tappedLayers, anchor } = resolveUniptOptions(method, "tokens");
  const layers = selectTappedLayers(given.length, tappedLayers, anchor).flatMap((layer) => given[layer] ?? []);
  // Beside an embedding no hidden state is the guide.
  return anchor === "embedding" ? { layers } : { layers, guide: given.at(-1) ?? 0 };
}

/** The choice of `chosen`, named by what it holds: the same choice has the same name however it is asked for. */
function level(
  context: AxisContext,
  side: SideName,
  candidates: LayerCandidates,
  chosen: readonly number[],
  value: string,
): AblationLevel {
  const { layers, guide } = candidates;
  const method = methodOf(context, side);
  const isNarrowed = method.name === "unipt" && resolveUniptOptions(method, "tokens").tappedLayers !== "all";
  const name = choiceName(layers, chosen);
  if (chosen.length === layers.length) return { name, value, overrides: {} };
  return {
    name,
    value,
    overrides: {
      [`${side}.layers`]: guide === undefined ? chosen : [...chosen, guide],
      // What the method mixes has become the choice itself.
      ...(isNarrowed && { [`${side}.method.tappedLayers`]: "all" }),
    },
  };
}

function choiceName(layers: readonly number[], chosen: readonly number[]): string {
  const count = chosen.length;
  if (count === layers.length) return "layers-all";
  const missing = layers.filter((layer) => !chosen.includes(layer));
  if (missing.length === 1) return `without-layer-${missing[0] ?? 0}`;
  if (count === 1) return `layers-only-${chosen[0] ?? 0}`;
  const isEnd = (end: readonly number[]): boolean => end.every((layer, i) => layer === chosen[i]);
  if (isEnd(layers.slice(-count))) return `layers-last-${count}`;
  if (isEnd(layers.slice(0, count))) return `layers-first-${count}`;
  return `layers-${chosen.join("-")}`;
}

/** "2 (encoder/layer.2)": the index within the tapped hidden states and the end of its name. */
function labelOf({ states }: AxisContext, side: SideName, layer: number): string {
  const name = states[side]?.[layer] ?? "";
  return `${layer} (${name.split("/").slice(-2).join("/")})`;
}

function refusal(context: AxisContext, side: SideName): string | undefined {
  const candidates = candidatesOf(context, side);
  if (typeof candidates === "string") return candidates;
  return candidates.layers.length < 2 ? `has a single layer to choose from on the side "${side}"` : undefined;
}

export const tappedLayersAxis: NamedAxis = {
  name: "tapped-layers",
  title: "Tapped layers",
  description:
    "Which hidden states are read, of those in the feature cache: every-second, top-half, bottom-half, last-2, first-2, single (each alone), single-3, or a list such as [0,2]. The last one guides UniPT and stays.",
  scope: "each-side",
  refusal,
  levels: (context, side, values) => {
    const candidates = candidatesOf(context, side);
    if (typeof candidates === "string") return [];
    const made = (values ?? ["every-second", "last-2", "last-1", "single"]).flatMap((value) =>
      choices(context, side, candidates, value, values === undefined),
    );
    const seen = new Set<string>();
    return made.filter(({ overrides }) => {
      const key = JSON.stringify(overrides);
      return !seen.has(key) && seen.add(key);
    });
  },
};

function choices(
  context: AxisContext,
  side: SideName,
  candidates: LayerCandidates,
  value: string,
  isDefault: boolean,
): AblationLevel[] {
  const { layers } = candidates;
  const one = (chosen: readonly number[]): AblationLevel[] => [level(context, side, candidates, chosen, value)];
  const only = (layer: number): AblationLevel =>
    level(context, side, candidates, [layer], `only ${labelOf(context, side, layer)}`);
  if (value === "all") return one(layers);
  if (value === "every-second" || value === "top-half" || value === "bottom-half") {
    // Counted as UniPT counts: among what lies below one more.
    const positions = selectTappedLayers(layers.length + 1, value);
    return one(positions.flatMap((position) => layers[position] ?? []));
  }
  if (value === "single") return layers.map(only);
  const [, end, digits] = /^(last|first|single)-(\d{1,6})$/.exec(value) ?? [];
  if (end === "single") return [only(layerIn(candidates, Number(digits)))];
  if (end !== undefined) {
    const count = Number(digits);
    if (count >= 1 && count <= layers.length)
      return one(end === "last" ? layers.slice(-count) : layers.slice(0, count));
    if (isDefault) return [];
    throw new UserError(
      `Axis "tapped-layers" has the value "${value}", but there are ${layers.length} layers to choose.`,
    );
  }
  const list = /^\[\s*\d{1,6}(\s*,\s*\d{1,6})*\s*\]$/.test(value) ? (JSON.parse(value) as number[]) : undefined;
  if (list) {
    const chosen = [...new Set(list)].map((layer) => layerIn(candidates, layer)).toSorted((a, b) => a - b);
    return one(chosen);
  }
  throw new UserError(
    `Axis "tapped-layers" has no value "${value}"; use all, every-second, top-half, bottom-half, last-2, first-2, single, single-3, or a list such as [0,2].`,
  );
}

function layerIn({ layers }: LayerCandidates, layer: number): number {
  if (layers.includes(layer)) return layer;
  throw new UserError(`There is no layer ${layer} to choose; those of this side are ${layers.join(", ")}.`);
}

export const leaveOneLayerOutAxis: NamedAxis = {
  name: "leave-one-layer-out",
  title: "Leave one layer out",
  description:
    "All layers but one, for each in turn: what each layer contributes, which its confidence alone does not tell.",
  scope: "each-side",
  refusal,
  levels: (context, side, values) => {
    const candidates = candidatesOf(context, side);
    if (typeof candidates === "string") return [];
    const left = values?.map((value) => layerIn(candidates, wholeValue("leave-one-layer-out", value, 0)));
    return (left ?? candidates.layers).map((layer) => {
      const rest = candidates.layers.filter((other) => other !== layer);
      return level(context, side, candidates, rest, `without ${labelOf(context, side, layer)}`);
    });
  },
};
