import { UserError } from "../../errors";
import { fromData, sizeOf, type Tensor } from "../../graph/tensor";
import type { BufferSpec, ParameterSpec } from "../../nn/modelContext";
import { officialTensors } from "./officialNames";
import type { UniptPresetName } from "./uniptOptions";

/** What a network declares; a model context or a step graph. */
export interface DeclaredState {
  readonly parameters: readonly ParameterSpec[];
  readonly buffers: readonly BufferSpec[];
}

export interface OfficialState {
  /** Parameters and buffers under this project's names, in its shapes. */
  readonly feeds: Record<string, Tensor>;
  /** This project's name of each published one. */
  readonly ours: ReadonlyMap<string, string>;
}

/**
 * Translates a published UniPT state dict to the parameters and buffers that a network declares.
 * @throws UserError naming a tensor that is missing or has another size
 */
export function fromOfficialState(
  { parameters, buffers }: DeclaredState,
  preset: UniptPresetName,
  official: Readonly<Record<string, Tensor>>,
): OfficialState {
  const specs = [...parameters, ...buffers];
  const names = officialTensors(specs, preset);
  const ours = new Map<string, string>();
  const feeds: Record<string, Tensor> = {};
  for (const spec of specs) {
    const name = names.get(spec.name)?.name ?? spec.name;
    const value = official[name];
    if (!value || value.data.length !== sizeOf(spec.shape)) {
      throw new UserError(`The file must hold "${name}" with ${sizeOf(spec.shape)} elements.`);
    }
    ours.set(name, spec.name);
    feeds[spec.name] = fromData(value.dtype, spec.shape, value.data);
  }
  return { feeds, ours };
}

/**
 * Translates parameters and buffers of a network to the published names and shapes, so that the published modules load them.
 * What the published network does not have keeps its name.
 */
export function toOfficialState(
  { parameters, buffers }: DeclaredState,
  preset: UniptPresetName,
  state: Readonly<Record<string, Tensor>>,
): Record<string, Tensor> {
  const names = officialTensors([...parameters, ...buffers], preset);
  return Object.fromEntries(
    Object.entries(state).map(([name, value]) => {
      const official = names.get(name);
      return official ? [official.name, fromData(value.dtype, official.shape, value.data)] : [name, value];
    }),
  );
}
