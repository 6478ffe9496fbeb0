import { open } from "node:fs/promises";
import { UserError } from "../../core/errors";
import { nearestWord } from "../../core/experiment/nearestWord";
import { float16ToFloat32 } from "../../core/graph/float16";
import { type Graph, type Initializer, intAttribute, isExternal } from "../../core/graph/graph";
import { fromBytes, fromData, numbersOf, type Tensor } from "../../core/graph/tensor";
import type { LayerWeights } from "../../core/nn/heads/answerHead";

/** Names of a layer's weights among the initializers of a model. */
export interface LayerNames {
  readonly weight: string;
  readonly bias: string;
}

/**
 * Reads a layer out of a model: of a linear one the weight as [out, in], however the model multiplies by it.
 * @param model `path` for messages
 * @param key of the experiment that names the layer, for messages
 * @throws UserError when the model has no weights of these names, or they are no layer
 */
export async function readLayer(
  { path, graph }: { readonly path: string; readonly graph: Graph },
  names: LayerNames,
  key: string,
): Promise<LayerWeights> {
  const read = async (name: string, part: string): Promise<Tensor<"float32">> => {
    const initializer = graph.initializers.get(name);
    if (!initializer) {
      const nearest = nearestWord(name, [...graph.initializers.keys()]);
      throw new UserError(
        `"${key}.${part}" names "${name}", which is no weight of "${path}"${nearest === undefined ? "" : ` (did you mean "${nearest}"?)`}; ` +
          "take the name from the model, and export what computes with it, too.",
      );
    }
    return asFloat(await load(initializer), `"${key}.${part}": the weight "${name}" of "${path}"`);
  };
  const [weight, bias] = [await read(names.weight, "weight"), await read(names.bias, "bias")];
  const oriented = isInputFirst(graph, names.weight) ? transposed(weight) : weight;
  if (bias.shape.length !== 1 || oriented.shape[0] !== bias.shape[0] || oriented.shape.length > 2)
    throw new UserError(
      `"${key}": "${names.weight}" of "${path}" is [${weight.shape.join(", ")}] and "${names.bias}" [${bias.shape.join(", ")}], which are not weight and bias of one layer.`,
    );
  return { weight: oriented, bias };
}

async function load(initializer: Initializer): Promise<Tensor> {
  if (!isExternal(initializer)) return initializer;
  const { path, offset, length } = initializer.location;
  const file = await open(path);
  try {
    const bytes = new Uint8Array(length);
    for (let filled = 0; filled < length;) {
      const { bytesRead } = await file.read(bytes, filled, length - filled, offset + filled);
      if (bytesRead === 0) throw new UserError(`The weights in "${path}" are cut off; copy or export the file again.`);
      filled += bytesRead;
    }
    return fromBytes(initializer.dtype, initializer.shape, bytes);
  } finally {
    await file.close();
  }
}

function asFloat({ dtype, shape, data }: Tensor, what: string): Tensor<"float32"> {
  if (dtype === "float32") return { dtype, shape, data: data as Float32Array };
  if (dtype === "float16") return fromData("float32", shape, float16ToFloat32(data as Uint16Array));
  if (dtype === "float64") return fromData("float32", shape, Float32Array.from(numbersOf({ dtype, shape, data })));
  throw new UserError(`${what} is ${dtype}, not a floating-point tensor.`);
}

/** Whether the model multiplies by this weight as it is, [in, out], and not by its transpose. */
function isInputFirst({ nodes }: Graph, name: string): boolean {
  const reader = nodes.find(({ inputs }) => inputs[1] === name);
  if (reader?.opType === "MatMul") return true;
  return reader?.opType === "Gemm" && intAttribute(reader.attributes, "transB", 0) === 0;
}

function transposed({ shape, data }: Tensor<"float32">): Tensor<"float32"> {
  const [rows = 1, columns = 1] = shape;
  const values = new Float32Array(data.length);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) values[column * rows + row] = data[row * columns + column] ?? 0;
  return fromData("float32", [columns, rows], values);
}
