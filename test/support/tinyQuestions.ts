import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { z } from "zod";
import type { VisualQuestionAnsweringConfig } from "../../src/core/experiment/tasks/questionAnsweringConfig";
import { encodeModel } from "../../src/core/onnx/encodeModel";
import { jointBackbone } from "./jointBackbone";
import { colours, drawScene, IMAGE_SIZE, places, scenes, wordTokenizer } from "./tinyExperiment";

export type QuestionInput = z.input<typeof VisualQuestionAnsweringConfig>;

export const questionWords = ["[UNK]", "please", "colour", "side"];

/** Answers that the pre-trained rows of the backbone belong to. */
export const pretrainedAnswers = ["yes", "top", "red", "no"];

/**
 * A question-answering experiment that trains in seconds: two questions about each image of one coloured half, of the type
 * "colour" and "side", and a small joint network with fixed random weights.
 * @param change edits the configuration before it is written
 */
export async function writeTinyQuestions(
  directory: string,
  change: (config: QuestionInput) => QuestionInput = (config) => config,
): Promise<{ readonly directory: string; readonly file: string; readonly config: QuestionInput }> {
  await mkdir(join(directory, "images"), { recursive: true });
  const rows: string[] = [];
  for (const [row, { colour, place, copy }] of scenes().entries()) {
    const image = `images/${String(row).padStart(3, "0")}.png`;
    await writeFile(join(directory, image), await drawScene(colours[colour], place, copy));
    const split = copy === 0 ? "test" : copy === 1 ? "val" : "train";
    // Half of the annotators say so, and a third of them something else.
    const answers = { [colour]: 1, bright: 0.3 };
    rows.push(JSON.stringify({ image, question: "colour please", answers, type: "colour", split }));
    rows.push(JSON.stringify({ image, question: "side please", answer: place, type: "side", split }));
  }
  const unknown = { image: "images/000.png", question: "side please", answer: "nowhere", split: "train" };
  await writeFile(join(directory, "questions.jsonl"), `${rows.join("\n")}\n${JSON.stringify(unknown)}\n`);
  await writeFile(join(directory, "answers.json"), JSON.stringify([...Object.keys(colours), ...places, "bright"]));
  await writeFile(join(directory, "pretrained.json"), JSON.stringify(pretrainedAnswers));
  const canvas = [IMAGE_SIZE, IMAGE_SIZE] as const;
  const model = jointBackbone({ canvas, tokens: 4, words: questionWords.length, width: 24, stride: 4 });
  await writeFile(join(directory, "joint.onnx"), encodeModel(model));
  await writeFile(join(directory, "tokenizer.json"), JSON.stringify(wordTokenizer(questionWords)));
  const config = change(tinyConfig());
  const file = join(directory, "questions.unipt.json");
  await writeFile(file, JSON.stringify(config, null, 2));
  return { directory, file, config };
}

function tinyConfig(): QuestionInput {
  return {
    name: "tiny-questions",
    task: "visual-question-answering",
    data: { questions: "questions.jsonl", answers: "answers.json" },
    joint: {
      backbone: {
        model: "joint.onnx",
        hiddenStates: ["joint.0", "joint.1", "joint.2"],
        preprocessing: { size: [IMAGE_SIZE, IMAGE_SIZE] },
        tokenizer: "tokenizer.json",
        maxTokens: 4,
        specialTokens: false,
      },
      method: { name: "unipt", preset: "clip-vil", embedDim: 24 },
    },
    head: { pooler: { weight: "pooler.weight", bias: "pooler.bias" } },
    lossScale: 10,
    training: {
      epochs: 16,
      batchSize: 16,
      optimizer: { name: "adamw", learningRate: 0.02, weightDecay: 0 },
      schedule: { name: "warmup-linear" },
      gradientClip: 1,
      evaluateEveryEpochs: 4,
      checkpointEverySteps: 3,
    },
    device: "cpu",
    threads: 1,
    seeds: [0],
  };
}
