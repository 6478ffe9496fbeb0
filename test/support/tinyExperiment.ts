import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import type { ImageTextRetrievalInput } from "../../src/core/experiment/tasks/imageTextRetrievalConfig";
import type { Graph } from "../../src/core/graph/graph";
import { int, ints } from "../../src/core/graph/graph";
import type { Value } from "../../src/core/graph/graphBuilder";
import { OpBuilder } from "../../src/core/graph/opBuilder";
import { symbolicBatch } from "../../src/core/graph/symbolicBatch";
import { fromData, type Shape, sizeOf } from "../../src/core/graph/tensor";
import { normal } from "../../src/core/nn/random";
import { encodeModel } from "../../src/core/onnx/encodeModel";

/** Sides of the square images, of both feature maps, and the tokens of a caption. */
export const IMAGE_SIZE = 16;
const TOKENS = 4;

export const colours = {
  red: [200, 40, 40],
  green: [60, 160, 70],
  blue: [50, 90, 200],
  white: [250, 250, 250],
  black: [10, 10, 10],
};
export const places = ["top", "bottom", "left", "right"] as const;
const words = ["[UNK]", "a", ...Object.keys(colours), ...places];

export interface TinyExperiment {
  readonly directory: string;
  readonly file: string;
  readonly config: ImageTextRetrievalInput;
}

/**
 * An experiment that trains in a second: images of one coloured half on grey, captions such as "a red top", two small
 * networks with fixed random weights.
 * @param change edits the configuration before it is written
 */
export async function writeTinyExperiment(
  directory: string,
  change: (config: ImageTextRetrievalInput) => ImageTextRetrievalInput = (config) => config,
): Promise<TinyExperiment> {
  await mkdir(join(directory, "images"), { recursive: true });
  const rows: string[] = [];
  for (const [row, { colour, place, copy }] of scenes().entries()) {
    const image = `images/${String(row).padStart(3, "0")}.png`;
    await writeFile(join(directory, image), await drawScene(colours[colour], place, copy));
    const split = copy === 0 ? "test" : copy === 1 ? "val" : "train";
    rows.push(JSON.stringify({ image, captions: [`a ${colour} ${place}`], split }));
  }
  await writeFile(join(directory, "pairs.jsonl"), `${rows.join("\n")}\n`);
  await writeFile(join(directory, "image.onnx"), encodeModel(symbolicBatch(imageBackbone)));
  await writeFile(join(directory, "text.onnx"), encodeModel(symbolicBatch(textBackbone)));
  await writeFile(join(directory, "tokenizer.json"), JSON.stringify(wordTokenizer(words)));
  const config = change(tinyConfig());
  const file = join(directory, "tiny.unipt.json");
  await writeFile(file, JSON.stringify(config, null, 2));
  return { directory, file, config };
}

function tinyConfig(): ImageTextRetrievalInput {
  return {
    name: "tiny",
    task: "image-text-retrieval",
    data: { pairs: "pairs.jsonl" },
    image: {
      backbone: {
        model: "image.onnx",
        hiddenStates: ["stage1", "stage2", "stage3"],
        preprocessing: { size: [IMAGE_SIZE, IMAGE_SIZE] },
      },
      method: { name: "unipt", embedDim: 16, reductionFactor: 2 },
    },
    text: {
      backbone: {
        model: "text.onnx",
        hiddenStates: ["embeddings", "block1"],
        tokenizer: "tokenizer.json",
        maxTokens: TOKENS,
        specialTokens: false,
      },
      method: { name: "linear-probe", embedDim: 16 },
    },
    training: {
      epochs: 6,
      batchSize: 16,
      optimizer: { name: "adamw", learningRate: 0.01, weightDecay: 0.01 },
      schedule: { name: "warmup-cosine", warmupEpochs: 1 },
      gradientClip: 2,
      evaluateEveryEpochs: 2,
      checkpointEverySteps: 3,
    },
    device: "cpu",
    threads: 1,
    seeds: [0],
    variants: {
      unipt: {},
      mlp: { "image.method": { name: "mlp-probe", embedDim: 16, hiddenDim: 12, dropout: 0.3 } },
    },
  };
}

/** Colour × place × 5 copies that differ in brightness: 100 images, of which 20 test, 20 validation. */
export function scenes(): { colour: keyof typeof colours; place: (typeof places)[number]; copy: number }[] {
  const names = Object.keys(colours) as (keyof typeof colours)[];
  return names.flatMap((colour) =>
    places.flatMap((place) => Array.from({ length: 5 }, (_, copy) => ({ colour, place, copy }))),
  );
}

export async function drawScene(
  colour: readonly number[],
  place: (typeof places)[number],
  copy: number,
): Promise<Buffer> {
  const pixels = Buffer.alloc(IMAGE_SIZE * IMAGE_SIZE * 3);
  const half = IMAGE_SIZE / 2;
  for (let y = 0; y < IMAGE_SIZE; y++) {
    for (let x = 0; x < IMAGE_SIZE; x++) {
      const isInside = { top: y < half, bottom: y >= half, left: x < half, right: x >= half }[place];
      for (let c = 0; c < 3; c++)
        pixels[(y * IMAGE_SIZE + x) * 3 + c] = isInside ? Math.max(0, (colour[c] ?? 0) - 4 * copy) : 128;
    }
  }
  return sharp(pixels, { raw: { width: IMAGE_SIZE, height: IMAGE_SIZE, channels: 3 } })
    .png()
    .toBuffer();
}

/** Three stride-2 stages: [B, 3, 16, 16] → `stage1` [B, 6, 8, 8] → `stage2` [B, 8, 4, 4] → `stage3` [B, 10, 2, 2]. */
function imageBackbone(batchSize: number): Graph {
  const g = new OpBuilder("tiny-image");
  const pixels = g.input("pixel_values", "float32", [batchSize, 3, IMAGE_SIZE, IMAGE_SIZE]);
  const stage = (name: string, x: Value, channels: number): Value => {
    const weight = weightOf(g, `${name}.weight`, [channels, x.shape[1] ?? 1, 3, 3]);
    const bias = weightOf(g, `${name}.bias`, [channels]);
    const attributes = { strides: ints([2, 2]), pads: ints([1, 1, 1, 1]), kernel_shape: ints([3, 3]), group: int(1) };
    const [convolved] = g.node("Conv", [x, weight, bias], attributes);
    const [out] = g.node("Relu", [convolved], {}, { name });
    if (!out) throw new Error("A node has an output.");
    return out;
  };
  const first = stage("stage1", pixels, 6);
  const second = stage("stage2", first, 8);
  const third = stage("stage3", second, 10);
  g.output("stage3", third);
  return named(g.build(), { "stage1:0": "stage1", "stage2:0": "stage2" });
}

/** `embeddings` [B, N, 12] and one residual block `block1` [B, N, 12]. */
function textBackbone(batchSize: number): Graph {
  const g = new OpBuilder("tiny-text");
  const ids = g.input("input_ids", "int64", [batchSize, TOKENS]);
  const mask = g.input("attention_mask", "int64", [batchSize, TOKENS]);
  const [embeddings] = g.node(
    "Gather",
    [weightOf(g, "words", [words.length, 12]), ids],
    { axis: int(0) },
    { name: "embeddings" },
  );
  if (!embeddings) throw new Error("A node has an output.");
  const valid = g.unsqueeze(g.cast(mask, "float32"), [2]); // [B, N, 1]
  const mixed = g.relu(g.matMul(g.mul(embeddings, valid), weightOf(g, "mix", [12, 12])));
  const block = g.add(embeddings, mixed);
  g.output("block1", block);
  return named(g.build(), { "embeddings:0": "embeddings" });
}

function weightOf(g: OpBuilder, name: string, shape: Shape): Value {
  const fanIn = sizeOf(shape.slice(shape.length > 1 ? 1 : 0));
  const values = normal({ seed: 7, stream: name }, sizeOf(shape)).map((value) => value / Math.sqrt(fanIn));
  return g.initializer(name, fromData("float32", shape, values));
}

/** Gives values the names that an exporter would have given them. */
function named(graph: Graph, names: Readonly<Record<string, string>>): Graph {
  const rename = (name: string): string => names[name] ?? name;
  return {
    ...graph,
    nodes: graph.nodes.map((node) => ({ ...node, inputs: node.inputs.map(rename), outputs: node.outputs.map(rename) })),
    types: new Map([...graph.types].map(([name, type]) => [rename(name), type])),
  };
}

export function wordTokenizer(words: readonly string[]): object {
  return {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: [],
    normalizer: null,
    pre_tokenizer: { type: "Whitespace" },
    post_processor: null,
    decoder: null,
    model: { type: "WordLevel", vocab: Object.fromEntries(words.map((word, id) => [word, id])), unk_token: "[UNK]" },
  };
}
