import type { Graph } from "../../src/core/graph/graph";
import { int, ints } from "../../src/core/graph/graph";
import type { Value } from "../../src/core/graph/graphBuilder";
import { OpBuilder } from "../../src/core/graph/opBuilder";
import { symbolicBatch } from "../../src/core/graph/symbolicBatch";
import { fromData, type Shape, sizeOf } from "../../src/core/graph/tensor";
import { normal } from "../../src/core/nn/random";

export interface JointBackboneSize {
  /** Height and width in pixels. */
  readonly canvas: readonly [number, number];
  readonly tokens: number;
  readonly words: number;
  readonly width: number;
  /** Pixels per side of an image token. */
  readonly stride: number;
  /** Adds an input `pixel_mask`. */
  readonly hasPixelMask?: boolean;
}

/**
 * A small model of CLIP-ViL's kind with fixed random weights, of any batch size: words and patches in one sequence,
 * `joint.0` [B, N, C], then two blocks of attention `joint.1` and `joint.2`, a pooler on the first token ("pooler.weight",
 * "pooler.bias") and scores of 4 answers ("answers.weight" [4, 2C], "answers.bias"). The height and width of the canvas may be swapped.
 */
export function jointBackbone(size: JointBackboneSize): Graph {
  const graph = symbolicBatch((batchSize) => fixedBackbone(size, batchSize));
  // Areas are what the graph depends on, so that the canvas may lie or stand.
  const types = new Map([...graph.types].map(([name, { dtype }]) => [name, { dtype, shape: undefined }]));
  const free = (axes: readonly (number | string)[]): (number | string)[] => [axes[0] ?? "batch", "height", "width"];
  const inputs = graph.inputs.map((input) => {
    if (input.name === "pixel_values") return { ...input, shape: ["batch", 3, "height", "width"] };
    return input.name === "pixel_mask" ? { ...input, shape: free(input.shape ?? []) } : input;
  });
  for (const { name, dtype, shape } of inputs) types.set(name, { dtype, shape: shape as never });
  return { ...graph, inputs, outputs: graph.outputs.map((output) => ({ ...output, shape: undefined })), types };
}

function fixedBackbone(
  { canvas, tokens, words, width, stride, hasPixelMask }: JointBackboneSize,
  batchSize: number,
): Graph {
  const g = new OpBuilder("tiny-joint");
  const pixels = g.input("pixel_values", "float32", [batchSize, 3, ...canvas]);
  const ids = g.input("input_ids", "int64", [batchSize, tokens]);
  const mask = g.input("attention_mask", "int64", [batchSize, tokens]);
  const embedded = g.gather(weightOf(g, "words", [words, width]), ids);
  const valid = g.unsqueeze(g.cast(mask, "float32"), [2]); // [B, T, 1]
  let seen = pixels;
  if (hasPixelMask) {
    const shown = g.input("pixel_mask", "int64", [batchSize, ...canvas]);
    seen = g.mul(pixels, g.unsqueeze(g.cast(shown, "float32"), [1]));
  }
  const strides = { strides: ints([stride, stride]), kernel_shape: ints([stride, stride]), group: int(1) };
  const patches = g.op("Conv", [seen, weightOf(g, "patches", [width, 3, stride, stride])], strides); // [B, C, h, w]
  const count = (canvas[0] / stride) * (canvas[1] / stride);
  const image = g.transpose(g.reshape(patches, [batchSize, width, count]), [0, 2, 1]); // [B, hw, C]
  const places = weightOf(g, "places", [1, tokens + count, width]);
  let state = g.add(g.concat([embedded, image], 1), places); // [B, N, C]
  g.output("joint.0", state);
  // As in BERT, the mask is read by the attention and not before.
  const shown = g.add(g.mul(g.slice(image, 2, 0, 1), g.scalar(0)), g.scalar(1)); // [B, hw, 1]
  const hidden = g.transpose(g.sub(g.concat([valid, shown], 1), g.scalar(1)), [0, 2, 1]); // [B, 1, N]
  const bias = g.mul(hidden, g.scalar(10_000));
  for (const block of [1, 2]) {
    const project = (name: string, x: Value): Value =>
      g.matMul(x, weightOf(g, `block${block}.${name}`, [width, width]));
    const scores = g.matMul(project("query", state), g.transpose(project("key", state), [0, 2, 1])); // [B, N, N]
    state = g.add(state, g.matMul(g.softmax(g.add(scores, bias)), project("value", state)));
    g.output(`joint.${block}`, state);
  }
  const linear = (name: string, x: Value, outWidth: number): Value =>
    g.op(
      "Gemm",
      [x, weightOf(g, `${name}.weight`, [outWidth, x.shape[1] ?? 1]), weightOf(g, `${name}.bias`, [outWidth])],
      {
        transB: int(1),
      },
    );
  const pooled = linear("pooler", g.squeeze(g.slice(state, 1, 0, 1), [1]), width); // [B, C]
  g.output("scores", linear("answers", g.relu(linear("hidden", pooled, 2 * width)), 4));
  return g.build();
}

function weightOf(g: OpBuilder, name: string, shape: Shape): Value {
  const fanIn = sizeOf(shape.slice(shape.length > 1 ? 1 : 0));
  const values = normal({ seed: 7, stream: name }, sizeOf(shape)).map((value) => value / Math.sqrt(fanIn));
  return g.initializer(name, fromData("float32", shape, values));
}
