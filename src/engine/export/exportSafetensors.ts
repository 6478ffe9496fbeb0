import { encodeSafetensors } from "../../core/experiment/safetensors";
import { sidesOf, type Side } from "../../core/experiment/sides";
import type { Tensor } from "../../core/graph/tensor";
import { fromData } from "../../core/graph/tensor";
import { answerHeadOfficialNames } from "../../core/nn/heads/answerHead";
import { groundingHeadOfficialNames } from "../../core/nn/heads/groundingHeads";
import { gpoOfficialNames } from "../../core/nn/layers/gpoOfficialNames";
import { toOfficialState } from "../../core/petl/unipt/officialState";
import type { UniptPresetName } from "../../core/petl/unipt/uniptOptions";
import type { ExportFiles } from "./exportOnnx";

/**
 * Writes the trained parameters of each side as safetensors, under the names that the published modules have, so that
 * those load them; parameters of other methods and options keep this project's names. Heads are a file of their own.
 */
export async function exportSafetensors({ manifest, tensors, write }: ExportFiles): Promise<string[]> {
  const { config } = manifest;
  const metadata = { producer: "unipt-lab", experiment: manifest.experiment, variant: manifest.variant };
  const sides = sidesOf(config);
  const files: string[] = [];
  const put = async (name: string, state: Readonly<Record<string, Tensor>>): Promise<void> => {
    if (Object.keys(state).length > 0)
      files.push(await write(`${name}.safetensors`, encodeSafetensors(state, metadata)));
  };
  for (const side of sides) {
    await put(side.name, methodState(side, below(tensors, `${side.name}.method.`)));
    await put(`${side.name}-pooling`, renamed(below(tensors, `${side.name}.pooling.`), gpoOfficialNames));
  }
  const ofSides = sides.flatMap(({ name }) => [`${name}.method.`, `${name}.pooling.`]);
  const rest = Object.entries(tensors).filter(([name]) => !ofSides.some((prefix) => name.startsWith(prefix)));
  await put("head", renamed(Object.fromEntries(rest), headNames));
  return files;
}

function methodState({ method }: Side, state: Readonly<Record<string, Tensor>>): Readonly<Record<string, Tensor>> {
  if (method.name !== "unipt") return state;
  const specs = Object.entries(state).map(([name, { shape }]) => ({
    name,
    shape,
    initialization: { kind: "constant", value: 0 } as const,
  }));
  return toOfficialState({ parameters: specs, buffers: [] }, method.preset ?? presetOf(state), state);
}

/** The published form whose names fit parameters that name no preset: feature maps have batch norms. */
function presetOf(state: Readonly<Record<string, Tensor>>): UniptPresetName {
  const names = Object.keys(state);
  if (names.some((name) => name.startsWith("encoder."))) return "mdetr";
  return names.some((name) => name.endsWith("runningMean")) ? "vse-infinity-cnn" : "vse-infinity-text";
}

/** Heads' parameters, whose scopes vary with the task: the end of a name decides. */
const headNames: Readonly<Record<string, string>> = {
  ...answerHeadOfficialNames,
  ...Object.fromEntries(
    Object.entries(groundingHeadOfficialNames).flatMap(([ours, official]) =>
      ["weight", "bias"].map((part) => [`${ours}.${part}`, `${official}.${part}`]),
    ),
  ),
};

function renamed(
  state: Readonly<Record<string, Tensor>>,
  names: Readonly<Record<string, string>>,
): Record<string, Tensor> {
  return Object.fromEntries(
    Object.entries(state).map(([name, tensor]) => {
      const ours = Object.keys(names).find((known) => name === known || name.endsWith(`.${known}`));
      return [(ours && names[ours]) ?? name, tensor];
    }),
  );
}

function below(tensors: Readonly<Record<string, Tensor>>, prefix: string): Record<string, Tensor> {
  return Object.fromEntries(
    Object.entries(tensors).flatMap(([name, { dtype, shape, data }]) =>
      name.startsWith(prefix) ? [[name.slice(prefix.length), fromData(dtype, shape, data)]] : [],
    ),
  );
}
