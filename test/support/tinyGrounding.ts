import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import type { VisualGroundingInput } from "../../src/core/experiment/tasks/visualGroundingConfig";
import { encodeModel } from "../../src/core/onnx/encodeModel";
import { encoderDecoderBackbone, type EncoderDecoderSize } from "./encoderDecoderBackbone";

export const tinySize: EncoderDecoderSize = {
  canvas: [32, 32],
  tokens: 4,
  words: 8,
  width: 16,
  stride: 8,
  queries: 5,
  hasPixelMask: true,
};

const words = ["[UNK]", "the", "red", "green", "blue", "square", "of", "here"];
const colours = { red: [220, 30, 30], green: [30, 200, 60], blue: [30, 60, 220] } as const;

/** Pictures are wider than high, so that the square canvas has a border below. */
const [WIDTH, HEIGHT, SIDE] = [50, 36, 18];

/**
 * An experiment of visual grounding that trains in seconds: pictures with one coloured square each, "the red square" and so on,
 * and a small encoder and decoder with fixed random weights.
 */
export async function writeTinyGrounding(
  directory: string,
  change: (config: VisualGroundingInput) => VisualGroundingInput = (config) => config,
): Promise<{ readonly file: string; readonly config: VisualGroundingInput }> {
  await mkdir(join(directory, "images"), { recursive: true });
  const rows: string[] = [];
  for (let at = 0; at < 108; at++) {
    const colour = (["red", "green", "blue"] as const)[at % 3] ?? "red";
    // One of six places, so that the best answer that looks at no picture is right once in six.
    const place = Math.floor(at / 3) % 6;
    const [x, y] = [(place % 3) * (SIDE - 2), Math.floor(place / 3) * SIDE];
    const image = `images/${String(at).padStart(3, "0")}.png`;
    await writeFile(join(directory, image), await drawSquare(colours[colour], x, y));
    const split = at < 18 ? "test" : at < 36 ? "val" : "train";
    rows.push(
      JSON.stringify({
        image,
        expression: `the ${colour} square here`,
        box: [x, y, SIDE, SIDE],
        spans: [[0, 10]],
        split,
      }),
    );
  }
  await writeFile(join(directory, "expressions.jsonl"), `${rows.join("\n")}\n`);
  await writeFile(join(directory, "mdetr.onnx"), encodeModel(encoderDecoderBackbone(tinySize)));
  await writeFile(join(directory, "tokenizer.json"), JSON.stringify(tokenizer()));
  const config = change(tinyConfig());
  const file = join(directory, "grounding.unipt.json");
  await writeFile(file, JSON.stringify(config, null, 2));
  return { file, config };
}

function tinyConfig(): VisualGroundingInput {
  return {
    name: "tiny-grounding",
    task: "visual-grounding",
    data: { expressions: "expressions.jsonl" },
    joint: {
      backbone: {
        model: "mdetr.onnx",
        hiddenStates: ["encoder.0", "encoder.1", "encoder.2"],
        decoderStates: ["decoder.0", "decoder.1", "decoder.2"],
        sequence: "image-text",
        preprocessing: {
          size: [32, 32],
          resize: "pad",
          padPosition: "end",
          mean: [0.5, 0.5, 0.5],
          std: [0.5, 0.5, 0.5],
        },
        tokenizer: "tokenizer.json",
        maxTokens: tinySize.tokens,
        specialTokens: false,
      },
      method: { name: "unipt", preset: "mdetr", embedDim: 16, reductionFactor: 1, tappedLayers: "all" },
    },
    heads: { slots: 8, alignmentDim: 8 },
    training: {
      epochs: 30,
      batchSize: 6,
      optimizer: {
        name: "adamw",
        learningRate: 0.02,
        weightDecay: 1e-4,
        groups: [{ contains: ["heads."], learningRateFactor: 0.3 }],
      },
      schedule: { name: "step-decay", atEpochs: [20], factor: 0.2 },
      gradientClip: 5,
      evaluateEveryEpochs: 15,
      checkpointEverySteps: 50,
    },
    device: "cpu",
    threads: 1,
    seeds: [0],
  };
}

async function drawSquare(colour: readonly number[], x: number, y: number): Promise<Buffer> {
  const pixels = Buffer.alloc(WIDTH * HEIGHT * 3, 128);
  for (let row = y; row < y + SIDE; row++)
    for (let column = x; column < x + SIDE; column++)
      for (let c = 0; c < 3; c++) pixels[(row * WIDTH + column) * 3 + c] = colour[c] ?? 0;
  return sharp(pixels, { raw: { width: WIDTH, height: HEIGHT, channels: 3 } })
    .png()
    .toBuffer();
}

function tokenizer(): object {
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
