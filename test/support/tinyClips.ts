import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { z } from "zod";
import type { VideoTextRetrievalConfig } from "../../src/core/experiment/tasks/videoTextRetrievalConfig";
import { int, ints, type Graph } from "../../src/core/graph/graph";
import type { Value } from "../../src/core/graph/graphBuilder";
import { OpBuilder } from "../../src/core/graph/opBuilder";
import { symbolicBatch } from "../../src/core/graph/symbolicBatch";
import { fromData, type Shape, sizeOf } from "../../src/core/graph/tensor";
import { normal } from "../../src/core/nn/random";
import { encodeModel } from "../../src/core/onnx/encodeModel";
import { makeVideo } from "./ffmpeg";

const SIDE = 16;
const TOKENS = 4;
const WIDTH = 12;
const EMBED = 8;

const colours = ["red", "green", "blue"] as const;
const words = ["[UNK]", "a", "clip", ...colours];

export type ClipExperiment = z.input<typeof VideoTextRetrievalConfig>;

/**
 * A video-text experiment that trains in seconds: clips of one colour, captions such as "a red clip", two small networks
 * with fixed random weights that are built like CLIP's: hidden states of tokens, and a projected embedding.
 */
export async function writeTinyClips(
  directory: string,
  change: (config: ClipExperiment) => ClipExperiment = (config) => config,
): Promise<{ readonly file: string; readonly config: ClipExperiment }> {
  await mkdir(join(directory, "videos"), { recursive: true });
  const rows: string[] = [];
  for (const colour of colours) {
    for (let copy = 0; copy < 4; copy++) {
      const video = `videos/${colour}-${copy}.mkv`;
      // Copies last 2 to 4 seconds, so that some clips have masked frames.
      const source = `color=${colour}:size=${SIDE}x${SIDE}:rate=2:duration=${2 + (copy % 3)},eq=brightness=${copy * 0.02}`;
      makeVideo(join(directory, video), source, "-c:v", "ffv1");
      const split = copy === 0 ? "test" : copy === 1 ? "val" : "train";
      rows.push(JSON.stringify({ video, captions: [`a ${colour} clip`, colour].slice(0, 1 + (copy % 2)), split }));
    }
  }
  await writeFile(join(directory, "clips.jsonl"), `${rows.join("\n")}\n`);
  await writeFile(join(directory, "image.onnx"), encodeModel(symbolicBatch(imageBackbone)));
  await writeFile(join(directory, "text.onnx"), encodeModel(symbolicBatch(textBackbone)));
  await writeFile(join(directory, "tokenizer.json"), JSON.stringify(tokenizer));
  const config = change(experiment());
  const file = join(directory, "clips.unipt.json");
  await writeFile(file, JSON.stringify(config, null, 2));
  return { file, config };
}

function experiment(): ClipExperiment {
  const method = { name: "unipt", embedDim: EMBED } as const;
  return {
    name: "clips",
    task: "video-text-retrieval",
    data: { clips: "clips.jsonl" },
    video: {
      backbone: {
        model: "image.onnx",
        hiddenStates: ["patches", "block"],
        embedding: "embedding",
        preprocessing: { size: [SIDE, SIDE] },
        frames: { perSecond: 1, count: 3 },
      },
      method: { ...method, preset: "clip4clip-image" },
    },
    text: {
      backbone: {
        model: "text.onnx",
        hiddenStates: ["words", "block"],
        embedding: "embedding",
        tokenizer: "tokenizer.json",
        maxTokens: TOKENS,
        specialTokens: false,
      },
      method: { ...method, preset: "clip4clip-text" },
    },
    logitScale: 20,
    training: {
      epochs: 30,
      batchSize: 3,
      optimizer: { name: "bert-adam", learningRate: 0.02, weightDecay: 0 },
      schedule: { name: "bert-cosine" },
      evaluateEveryEpochs: 5,
    },
    device: "cpu",
    threads: 1,
  };
}

/** `patches` [B, 16, 12], `block` [B, 16, 12], `embedding` [B, 8] of the first token. */
function imageBackbone(batchSize: number): Graph {
  const g = new OpBuilder("tiny-clip-image");
  const pixels = g.input("pixel_values", "float32", [batchSize, 3, SIDE, SIDE]);
  const attributes = { strides: ints([4, 4]), kernel_shape: ints([4, 4]), pads: ints([0, 0, 0, 0]), group: int(1) };
  const [grid] = g.node("Conv", [pixels, weight(g, "patch", [WIDTH, 3, 4, 4])], attributes);
  if (!grid) throw new Error("A node has an output.");
  const patches = g.transpose(g.reshape(grid, [batchSize, WIDTH, 16]), [0, 2, 1]);
  return encoder(g, patches, { patches: "patches" }, (block) => g.squeeze(g.slice(block, 1, 0, 1), [1]));
}

/** `words` [B, 4, 12], `block` [B, 4, 12], `embedding` [B, 8] of the mean of the valid tokens. */
function textBackbone(batchSize: number): Graph {
  const g = new OpBuilder("tiny-clip-text");
  const ids = g.input("input_ids", "int64", [batchSize, TOKENS]);
  const mask = g.input("attention_mask", "int64", [batchSize, TOKENS]);
  const [found] = g.node("Gather", [weight(g, "table", [words.length, WIDTH]), ids], { axis: int(0) });
  if (!found) throw new Error("A node has an output.");
  const valid = g.unsqueeze(g.cast(mask, "float32"), [2]);
  return encoder(g, g.mul(found, valid), { patches: "words" }, (block) => g.reduceMean(g.mul(block, valid), [1]));
}

function encoder(
  g: OpBuilder,
  first: Value,
  names: { readonly patches: string },
  pool: (block: Value) => Value,
): Graph {
  const block = g.add(first, g.relu(g.matMul(first, weight(g, "mix", [WIDTH, WIDTH]))));
  g.output(names.patches, first);
  g.output("block", block);
  g.output("embedding", g.matMul(pool(block), weight(g, "project", [WIDTH, EMBED])));
  return g.build();
}

function weight(g: OpBuilder, name: string, shape: Shape): Value {
  const fanIn = sizeOf(shape.slice(1));
  const values = normal({ seed: 11, stream: name }, sizeOf(shape)).map((value) => value / Math.sqrt(fanIn));
  return g.initializer(name, fromData("float32", shape, values));
}

const tokenizer = {
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
