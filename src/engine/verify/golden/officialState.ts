import { UserError } from "../../../core/errors";
import type { Tensor } from "../../../core/graph/tensor";
import { fromData, sizeOf } from "../../../core/graph/tensor";
import type { BufferSpec, ParameterSpec } from "../../../core/nn/modelContext";
import type { Layout } from "../../../core/petl/unipt/hiddenStateTokens";
import { officialTensor } from "../../../core/petl/unipt/officialNames";

export interface OfficialState {
  /** Parameters and buffers under this project's names, in its shapes. */
  readonly feeds: Record<string, Tensor>;
  /** This project's name of each published one. */
  readonly ours: ReadonlyMap<string, string>;
}

/** Translates a published UniPT state dict to the parameters and buffers that a graph declares. */
export function fromOfficialState(
  { parameters, buffers }: { readonly parameters: readonly ParameterSpec[]; readonly buffers: readonly BufferSpec[] },
  layout: Layout,
  official: Readonly<Record<string, Tensor>>,
): OfficialState {
  const ours = new Map<string, string>();
  const feeds: Record<string, Tensor> = {};
  for (const spec of [...parameters, ...buffers]) {
    const name = officialTensor(spec, layout)?.name ?? spec.name;
    const value = official[name];
    if (!value || value.data.length !== sizeOf(spec.shape)) {
      throw new UserError(`The file must hold "${name}" with ${sizeOf(spec.shape)} elements.`);
    }
    ours.set(name, spec.name);
    feeds[spec.name] = fromData(value.dtype, spec.shape, value.data);
  }
  return { feeds, ours };
}
