import { int, ints } from "../../src/core/graph/graph";
import type { Graph } from "../../src/core/graph/graph";
import type { Value } from "../../src/core/graph/graphBuilder";
import { OpBuilder } from "../../src/core/graph/opBuilder";
import { symbolicBatch } from "../../src/core/graph/symbolicBatch";
import { fromData, type Shape, sizeOf } from "../../src/core/graph/tensor";
import { normal } from "../../src/core/nn/random";

export interface EncoderDecoderSize {
  /** Height and width in pixels. */
  readonly canvas: readonly [number, number];
  readonly tokens: number;
  readonly words: number;
  readonly width: number;
  readonly stride: number;
  readonly queries: number;
  readonly hasPixelMask: boolean;
}

/**
 * A small model of MDETR's kind with fixed random weights: patches and words in one sequence `encoder.0` [B, N, C], two blocks
 * of attention `encoder.1` and `encoder.2`, queries `decoder.0` [B, Q, C] that read the memory in `decoder.1` and `decoder.2`,
 * and MDETR's class and box heads, "class_embed" as exporters write a linear layer ([in, out], multiplied from the right), "bbox" as
 * they write a Gemm ([out, in]).
 */
export function encoderDecoderBackbone(size: EncoderDecoderSize): Graph {
  return symbolicBatch((batchSize) => fixedBackbone(size, batchSize));
}

function fixedBackbone(size: EncoderDecoderSize, batchSize: number): Graph {
  const { canvas, tokens, words, width, stride, queries } = size;
  const g = new OpBuilder("tiny-mdetr");
  const weight = (name: string, shape: Shape, scale = 1): Value => weightOf(g, name, shape, scale);
  const pixels = g.input("pixel_values", "float32", [batchSize, 3, ...canvas]);
  const ids = g.input("input_ids", "int64", [batchSize, tokens]);
  const strides = { strides: ints([stride, stride]), kernel_shape: ints([stride, stride]), group: int(1) };
  const patches = g.op("Conv", [pixels, weight("patches", [width, 3, stride, stride], 3)], strides); // [B, C, h, w]
  const count = (canvas[0] / stride) * (canvas[1] / stride);
  const image = g.transpose(g.reshape(patches, [batchSize, width, count]), [0, 2, 1]); // [B, hw, C]
  const placed = g.add(image, weight("positions", [1, count, width], 24));
  let state = g.concat([placed, g.gather(weight("words", [words, width], 4), ids)], 1); // [B, N, C]
  g.output("encoder.0", state);
  if (size.hasPixelMask) {
    // As in DETR, the embedding does not depend on the mask, what is above it does.
    const shown = g.cast(g.input("pixel_mask", "int64", [batchSize, ...canvas]), "float32");
    const covered = g.reduceMean(g.reshape(shown, [batchSize, canvas[0] * canvas[1]]), [1]); // [B]
    state = g.add(state, g.mul(g.scalar(0.1), g.reshape(covered, [batchSize, 1, 1])));
  }
  const attend = (name: string, from: Value, to: Value): Value => {
    const project = (part: string, x: Value): Value => g.matMul(x, weight(`${name}.${part}`, [width, width]));
    const scores = g.matMul(project("query", from), g.transpose(project("key", to), [0, 2, 1]));
    return g.add(from, g.matMul(g.softmax(scores), project("value", to)));
  };
  for (const block of [1, 2]) g.output(`encoder.${block}`, (state = attend(`encoder${block}`, state, state)));
  const zero = g.mul(g.slice(state, 1, 0, 1), g.scalar(0)); // [B, 1, C]
  let query = g.add(zero, weight("queries", [1, queries, width], 9)); // [B, Q, C]
  g.output("decoder.0", query);
  for (const block of [1, 2]) g.output(`decoder.${block}`, (query = attend(`decoder${block}`, query, state)));
  g.output(
    "pred_logits",
    g.add(g.matMul(query, weight("class_embed.weight", [width, 8])), weight("class_embed.bias", [8])),
  );
  const flat = g.reshape(query, [batchSize * queries, width]);
  const box = g.gemm(flat, weight("bbox.weight", [width, width]), weight("bbox.bias", [width]), { transB: true });
  g.output("pred_boxes", g.reshape(box, [batchSize, queries, width]));
  return g.build();
}

function weightOf(g: OpBuilder, name: string, shape: Shape, scale: number): Value {
  const known = g.value(name);
  if (known) return known;
  const fanIn = sizeOf(shape.slice(shape.length > 1 ? 1 : 0));
  const values = normal({ seed: 7, stream: name }, sizeOf(shape)).map((value) => (scale * value) / Math.sqrt(fanIn));
  return g.initializer(name, fromData("float32", shape, values));
}
