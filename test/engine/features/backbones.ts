import { writeFileSync } from "node:fs";

import type { Graph, NamedValue } from "../../../src/core/graph/graph";
import { int, ints } from "../../../src/core/graph/graph";
import { OpBuilder } from "../../../src/core/graph/opBuilder";
import { tensor, type Tensor } from "../../../src/core/graph/tensor";
import { sizeOf } from "../../../src/core/graph/tensor";
import { encodeModel } from "../../../src/core/onnx/encodeModel";

/** Small weights that differ from each other and are the same in every run. */
function weights(shape: readonly number[], phase: number): Tensor<"float32"> {
  const values = Array.from({ length: sizeOf(shape) }, (_, i) => Math.sin(phase + 1.7 * i) / 2);
  return tensor("float32", shape, values);
}

/** A two-stage convolutional network on 4 × 4 images: stage0 [B, 2, 2, 2], stage1 [B, 3, 1, 1]. */
export function imageBackbone(batch = 1): Graph {
  const g = new OpBuilder("image");
  const pixels = g.input("pixels", "float32", [batch, 3, 4, 4]);
  const convolve = (x: typeof pixels, kernel: Tensor<"float32">): typeof pixels =>
    g.op("Conv", [x, g.constant(kernel)], { strides: ints([2, 2]), kernel_shape: ints([2, 2]) });
  const stage0 = g.relu(convolve(pixels, weights([2, 3, 2, 2], 1)));
  g.output("stage0", stage0);
  g.output("stage1", convolve(stage0, weights([3, 2, 2, 2], 2)));
  return g.build();
}

/** Embeddings [B, N, 4] of 10 token ids, and a layer that mixes in the mask: embeddings, hidden. */
export function textBackbone(batch = 1, length = 1): Graph {
  const g = new OpBuilder("text");
  const ids = g.input("input_ids", "int64", [batch, length]);
  const mask = g.input("attention_mask", "int64", [batch, length]);
  const embeddings = g.gather(g.constant(weights([10, 4], 3)), ids); // [B, N, 4]
  const visible = g.unsqueeze(g.cast(mask, "float32"), [2]); // [B, N, 1]
  g.output("embeddings", embeddings);
  g.output("hidden", g.mul(g.matMul(embeddings, g.constant(weights([4, 4], 4))), visible));
  return g.build();
}

/** Taps in unusual layouts: channels last, sequence first, windows folded into the batch, constant, integer. */
export function unusualBackbone(): Graph {
  const g = new OpBuilder("unusual");
  const pixels = g.input("pixels", "float32", [1, 3, 4, 4]);
  const last = g.transpose(pixels, [0, 2, 3, 1]); // [B, 4, 4, 3]
  g.output("channelsLast", g.matMul(last, g.constant(weights([3, 2], 5))));
  const flat = g.op("Flatten", [pixels], { axis: int(2) }); // [3B, 16]
  g.output("folded", g.relu(flat));
  g.output("sequenceFirst", g.transpose(g.squeeze(g.slice(pixels, 3, 0, 1), [3]), [2, 0, 1])); // [4, B, 3]
  g.output("constant", g.relu(g.constant(weights([1, 2, 3], 6))));
  g.output("integer", g.cast(pixels, "int32"));
  g.output("infinite", g.div(g.constant(tensor("float32", [], [1])), pixels));
  return g.build();
}

/** Writes a model whose inputs have free axes of these names ("" keeps the size). */
export function writeModel(path: string, graph: Graph, axes: readonly string[]): string {
  const free = (value: NamedValue): NamedValue => ({
    ...value,
    shape: value.shape?.map((size, axis) => (axes[axis] ? axes[axis] : size)),
  });
  writeFileSync(
    path,
    encodeModel({
      ...graph,
      inputs: graph.inputs.map(free),
      outputs: graph.outputs.map((value) => ({ ...value, shape: undefined })),
    }),
  );
  return path;
}
