import { int, ints, string } from "../../core/graph/graph";
import type { Value } from "../../core/graph/graphBuilder";
import type { OpBuilder } from "../../core/graph/opBuilder";
import type { Shape } from "../../core/graph/tensor";

/** Sizes of CLIP's ViT-B/32 image encoder. */
export const VIT_B32 = { imageSize: 224, patch: 32, width: 768, depth: 12, heads: 12, embedDim: 512 } as const;

export interface VisionTransformerSize {
  readonly imageSize: number;
  readonly patch: number;
  readonly width: number;
  readonly depth: number;
  readonly heads: number;
  readonly embedDim: number;
}

/**
 * A pre-LN vision transformer with random weights, the size of a real backbone without its file.
 *
 * @param pixels [B, 3, imageSize, imageSize]
 * @param weight makes the weight of this name: a constant of the graph, or a parameter where the backbone itself is trained
 * @returns `hiddenStates`: embedding output and one value per block, each [B, N, C] with N = patches + 1 (class token first);
 *          `embedding`: post-LN and projection of the class token, [B, embedDim].
 */
export function visionTransformer(
  g: OpBuilder,
  pixels: Value,
  size: VisionTransformerSize,
  weight: (name: string, shape: Shape) => Value,
): { hiddenStates: Value[]; embedding: Value } {
  const { width, depth, heads, patch, embedDim } = size;
  const batch = pixels.shape[0] ?? 1;
  const grid = size.imageSize / patch;
  const tokens = grid * grid + 1;
  const layerNorm = (x: Value, name: string) =>
    g.layerNormalization(x, weight(`${name}.weight`, [width]), weight(`${name}.bias`, [width]), 1e-5);
  const linear = (x: Value, name: string, from: number, to: number) =>
    g.add(g.matMul(x, weight(`${name}.weight`, [from, to])), weight(`${name}.bias`, [to]));

  const kernel = weight("patch.weight", [width, 3, patch, patch]);
  const patches = g.op("Conv", [pixels, kernel], { strides: ints([patch, patch]), kernel_shape: ints([patch, patch]) });
  const sequence = g.transpose(g.reshape(patches, [batch, width, grid * grid]), [0, 2, 1]); // [B, N-1, C]
  const cls = g.expand(weight("cls", [1, 1, width]), [batch, 1, width]);
  let x = g.add(g.concat([cls, sequence], 1), weight("position", [1, tokens, width]));
  x = layerNorm(x, "pre"); // [B, N, C]

  const hiddenStates = [x];
  for (let block = 0; block < depth; block++) {
    const name = (part: string) => `blocks.${block}.${part}`;
    x = g.scoped(`block_${block}`, () => {
      const attended = attention(g, layerNorm(x, name("ln1")), heads, (y, part, from, to) =>
        linear(y, name(part), from, to),
      );
      const residual = g.add(x, attended);
      const hidden = linear(layerNorm(residual, name("ln2")), name("fc1"), width, 4 * width); // [B, N, 4C]
      const activated = g.op("Gelu", [hidden], { approximate: string("none") });
      return g.add(residual, linear(activated, name("fc2"), 4 * width, width));
    });
    hiddenStates.push(x);
  }
  const classToken = g.op("Gather", [x, g.constant({ dtype: "int64", shape: [], data: new BigInt64Array(1) })], {
    axis: int(1),
  });
  const embedding = g.matMul(layerNorm(classToken, "post"), weight("projection", [width, embedDim])); // [B, E]
  return { hiddenStates, embedding };
}

/** Multi-head self-attention of x [B, N, C]. */
function attention(
  g: OpBuilder,
  x: Value,
  heads: number,
  linear: (x: Value, part: string, from: number, to: number) => Value,
): Value {
  const [batch = 1, tokens = 1, width = 1] = x.shape;
  const head = width / heads;
  const qkv = g.reshape(linear(x, "qkv", width, 3 * width), [batch, tokens, 3, heads, head]);
  const [q, k, v] = g
    .split(g.transpose(qkv, [2, 0, 3, 1, 4]), [1, 1, 1], 0)
    .map((part) => g.reshape(part, [batch, heads, tokens, head])) as [Value, Value, Value]; // [B, H, N, C/H]
  const scores = g.mul(g.matMul(q, g.swapLast(k)), g.scalar(1 / Math.sqrt(head))); // [B, H, N, N]
  const mixed = g.transpose(g.matMul(g.softmax(scores), v), [0, 2, 1, 3]); // [B, N, H, C/H]
  return linear(g.reshape(mixed, [batch, tokens, width]), "out", width, width);
}
