import { open } from "node:fs/promises";
import { UserError } from "../../core/errors";
import type { Graph, Initializer } from "../../core/graph/graph";
import { isExternal } from "../../core/graph/graph";
import { fromBytes } from "../../core/graph/tensor";

/** Protobuf files end at 2 GiB; the rest of a model takes far less than the difference. */
const LARGEST_BYTES = 2 ** 31 - 2 ** 26;

/**
 * The graph with all weights in memory, read from the files in which they lie.
 * @throws UserError when one is missing or cut off, or when all together do not fit into one ONNX file
 */
export async function embedWeights(graph: Graph): Promise<Graph> {
  const total = [...graph.initializers.values()].reduce(
    (sum, weight) => sum + (isExternal(weight) ? weight.location.length : weight.data.byteLength),
    0,
  );
  if (total > LARGEST_BYTES)
    throw new UserError(
      `The weights of "${graph.name}" take ${(total / 2 ** 30).toFixed(1)} GiB, more than the 2 GiB of one ONNX file; export the parallel network alone with --to safetensors.`,
    );
  const initializers = new Map<string, Initializer>();
  for (const [name, weight] of graph.initializers) initializers.set(name, await resident(weight));
  return { ...graph, initializers };
}

async function resident(weight: Initializer): Promise<Initializer> {
  if (!isExternal(weight)) return weight;
  const { path, offset, length } = weight.location;
  const file = await open(path, "r").catch((cause: unknown) => {
    throw new UserError(`The weights in "${path}" cannot be read; put the file back.`, { cause });
  });
  try {
    const bytes = new Uint8Array(length);
    const { bytesRead } = await file.read(bytes, 0, length, offset);
    if (bytesRead !== length) throw new UserError(`The weights in "${path}" are cut off; use an undamaged copy.`);
    return fromBytes(weight.dtype, weight.shape, bytes);
  } finally {
    await file.close();
  }
}
