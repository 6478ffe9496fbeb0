import { z } from "zod";
import { UserError } from "../../errors";
import { float16ToFloat32 } from "../../graph/float16";
import type { Tensor } from "../../graph/tensor";
import { fromBytes, fromData, sizeOf } from "../../graph/tensor";

const weightSchema = z.object({
  name: z.string(),
  shape: z.array(z.number().int().nonnegative()),
  dtype: z.string(),
  quantization: z.object({ dtype: z.string(), scale: z.number().optional(), min: z.number().optional() }).optional(),
});

type Weight = z.infer<typeof weightSchema>;

export const weightsManifestSchema = z.array(z.object({ paths: z.array(z.string()), weights: z.array(weightSchema) }));

/** How a weight is stored: its own type, or the narrower one of its quantization. */
const bytesPerStoredElement: Readonly<Record<string, number>> = {
  float32: 4,
  int32: 4,
  bool: 1,
  uint8: 1,
  uint16: 2,
  float16: 2,
};

/**
 * Decodes every weight of a TensorFlow.js weights manifest. The files of a group are one byte stream that was cut anywhere;
 * quantized weights come back as `stored · scale + min`.
 * @throws UserError when a file is missing, too short, or holds a type that no graph here can use
 */
export function decodeWeights(
  manifest: z.infer<typeof weightsManifestSchema>,
  shards: ReadonlyMap<string, Uint8Array>,
  source: string,
): Map<string, Tensor> {
  const tensors = new Map<string, Tensor>();
  for (const group of manifest) {
    const bytes = concatenate(
      group.paths.map((path) => {
        const shard = shards.get(path);
        if (!shard) throw new UserError(`${source} needs the weight file ${path}, which is missing; put it beside it.`);
        return shard;
      }),
    );
    let offset = 0;
    for (const weight of group.weights) {
      const stored = weight.quantization?.dtype ?? weight.dtype;
      const width = bytesPerStoredElement[stored];
      if (width === undefined) {
        throw new UserError(`${source}: weight "${weight.name}" is of type ${stored}, which is not supported.`);
      }
      const length = sizeOf(weight.shape) * width;
      if (offset + length > bytes.length) {
        throw new UserError(
          `${source}: its weight files hold ${bytes.length} bytes, too few for weight "${weight.name}"; download them again.`,
        );
      }
      tensors.set(weight.name, decodeWeight(weight, bytes.subarray(offset, offset + length)));
      offset += length;
    }
  }
  return tensors;
}

function decodeWeight(weight: Weight, bytes: Uint8Array): Tensor {
  const { dtype, shape, quantization } = weight;
  if (!quantization) return fromBytes(dtype as "float32" | "int32" | "bool", shape, bytes);
  if (quantization.dtype === "float16") {
    return fromData("float32", shape, float16ToFloat32(fromBytes("float16", shape, bytes).data as Uint16Array));
  }
  const { scale = 1, min = 0 } = quantization;
  const stored = fromBytes(quantization.dtype as "uint8" | "uint16", shape, bytes).data as Uint8Array | Uint16Array;
  return dtype === "int32"
    ? fromData(
        "int32",
        shape,
        Int32Array.from(stored, (value) => Math.round(value * scale + min)),
      )
    : fromData(
        "float32",
        shape,
        Float32Array.from(stored, (value) => value * scale + min),
      );
}

function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const [only] = parts;
  if (parts.length === 1 && only) return only;
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}
