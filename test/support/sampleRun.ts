import { join } from "node:path";
import { ExperimentConfig } from "../../src/core/experiment/experimentConfig";
import type { LayerConfidence } from "../../src/core/experiment/layerConfidence";
import type { Metrics } from "../../src/core/experiment/metrics";
import type { Phase, RunEvent } from "../../src/core/experiment/runEvent";
import type { RunManifest } from "../../src/core/experiment/runManifest";
import type { RunSummary } from "../../src/core/experiment/runSummary";
import type { HistoryRecord } from "../../src/core/views/runHistory";
import { nodeFileSystem } from "../../src/store/nodeFileSystem";
import { systemProcesses } from "../../src/store/processIdentity";
import { createRun } from "../../src/store/runDirectory";
import { RunWriter } from "../../src/store/runWriter";

export interface SampleRunOptions {
  readonly epochs?: number;
  readonly stepsPerEpoch?: number;
  readonly evaluateEveryEpochs?: number;
  readonly seed?: number;
  /** The loss becomes NaN from this step on. */
  readonly diverges?: number;
  /** One layer takes all confidence in the end. */
  readonly collapses?: boolean;
  /** A linear probe, which has no layer confidence, fewer parameters, and does not come as far. */
  readonly isProbe?: boolean;
  /** The run is cut off after this step: nothing after it is in the log, and it has no summary. */
  readonly until?: number;
}

export interface SampleRun {
  readonly manifest: RunManifest;
  readonly records: readonly (HistoryRecord & { readonly event: RunEvent })[];
  /** Undefined for a run that was cut off. */
  readonly summary: RunSummary | undefined;
}

const startMs = Date.UTC(2026, 10, 3, 9, 30);
const mebibyte = 2 ** 20;
const layers = [
  "tower_0/MobilenetV3/expanded_conv_2/add",
  "tower_0/MobilenetV3/expanded_conv_5/add",
  "tower_0/MobilenetV3/expanded_conv_11/add",
];
const predictedMemory = {
  peakBytes: 148 * mebibyte,
  bytesByKind: {
    activations: 71 * mebibyte,
    data: 44 * mebibyte,
    workspace: 23 * mebibyte,
    gradients: 5.2 * mebibyte,
    optimizerState: 3.2 * mebibyte,
    weights: 1.6 * mebibyte,
  },
};

/**
 * A run of UniPT on the emoji scenes as the trainer would have written it: by default 80 steps in 20 epochs, with ten
 * evaluations, a test of the best epoch, and the confidence of three layers. The figures are invented, but of the size and
 * shape of real ones, and the same for every call.
 */
export function sampleRun(options: SampleRunOptions = {}): SampleRun {
  const {
    epochs = 20,
    stepsPerEpoch = 4,
    evaluateEveryEpochs = 2,
    seed = 0,
    diverges = Infinity,
    until = Infinity,
    isProbe = false,
  } = options;
  const variant = isProbe ? "probe" : "unipt";
  const trainableParams = isProbe ? 98_560 : 331_922;
  const noise = noiseFrom(seed + (isProbe ? 101 : 1));
  const totalSteps = epochs * stepsPerEpoch;
  const records: (HistoryRecord & { event: RunEvent })[] = [];
  let now = startMs;
  let isCutOff = false;
  const emit = (event: RunEvent, afterMs = 0): void => {
    now += afterMs;
    if (!isCutOff) records.push({ time: Math.round(now), event });
  };
  const memory = (phase: Phase, mebibytes: number): void =>
    emit({ type: "memorySampled", phase, rssBytes: Math.round((mebibytes + 4 * noise()) * mebibyte) });
  const phase = (
    name: Phase,
    seconds: number,
    work: () => void,
    about: { split?: "train" | "val" | "test" } = {},
  ): void => {
    emit({ type: "phaseStarted", phase: name, ...about }, 3);
    work();
    emit({ type: "phaseEnded", phase: name, seconds }, 2);
  };

  emit({ type: "runStarted", experiment: "emoji-scenes", variant, seed });
  emit(
    {
      type: "deviceChosen",
      wanted: "auto",
      device: "cpu",
      fallbacks: ["webgpu: no adapter was found, so the CPU is used."],
    },
    180,
  );
  phase("extract", 9.4, () => {
    for (const [modality, peak] of [
      ["image", 512],
      ["text", 405],
    ] as const) {
      for (let done = 80; done <= 800; done += 80) {
        emit(
          { type: "extractionProgress", modality, done, total: 800, fromCache: 0, itemsPerSecond: 166 + 20 * noise() },
          470,
        );
        memory("extract", 190 + (peak - 190) * Math.min(1, done / 240));
      }
    }
    emit({ type: "itemSkipped", item: "scenes/411.png", line: 412, reason: "the file is cut off after 2,048 bytes." });
  });
  phase("statistics", 0.4, () => memory("statistics", 231), { split: "train" });
  emit({ type: "trainingPlanned", epochs, stepsPerEpoch, totalSteps, trainableParams, predictedMemory });

  const reach = isProbe ? 0.6 : 1;
  let best = { value: 0, epoch: 0, step: 0, metrics: {} as Metrics };
  let meanLoss = 0;
  emit({ type: "phaseStarted", phase: "train" }, 2);
  for (let step = 1; step <= totalSteps && !isCutOff; step++) {
    const epoch = Math.ceil(step / stepsPerEpoch);
    const done = step / totalSteps;
    const loss = step >= diverges ? Number.NaN : 0.42 + 4.5 * Math.exp(-5.2 * done) + 0.16 * noise() * (1.1 - done);
    const warmup = Math.min(1, step / stepsPerEpoch);
    const cosine =
      0.5 * (1 + Math.cos((Math.PI * Math.max(0, step - stepsPerEpoch)) / Math.max(1, totalSteps - stepsPerEpoch)));
    const samplesPerSecond = step % stepsPerEpoch === 0 ? 640 + 60 * noise() : 905 + 90 * noise();
    const gradientNorm = loss * 0.6 * (1.05 + 0.4 * noise());
    emit(
      { type: "stepEnd", step, epoch, loss, learningRate: 0.002 * warmup * cosine, gradientNorm, samplesPerSecond },
      128_000 / samplesPerSecond,
    );
    memory("train", (isProbe ? 241 : 318) + 26 * Math.min(1, step / 6));
    meanLoss += loss / stepsPerEpoch;
    isCutOff = step >= until;
    if (step % stepsPerEpoch !== 0) continue;
    emit({ type: "epochEnd", epoch, step, meanLoss, seconds: 0.6 + 0.05 * noise() }, 2);
    meanLoss = 0;
    if (epoch % evaluateEveryEpochs === 0) {
      emit({ type: "phaseEnded", phase: "train", seconds: 1.3 }, 1);
      // The best epoch comes before the end, as it mostly does.
      const metrics = metricsAt((epoch > 0.8 * epochs ? 0.62 : done) * reach, noise);
      const value = metrics["rSum"] as number;
      const isBest = value > best.value && step < diverges;
      if (isBest) best = { value, epoch, step, metrics };
      phase(
        "evaluate",
        0.3,
        () => {
          memory("evaluate", 356);
          const image = confidenceAt(done, noise, options.collapses === true);
          const measured = isProbe ? {} : { confidence: { image } };
          emit({ type: "evaluationEnd", step, epoch, split: "val", metrics, ...measured, isBest }, 300);
        },
        { split: "val" },
      );
      emit({ type: "phaseStarted", phase: "train" }, 1);
      if (isBest)
        emit(
          {
            type: "checkpointSaved",
            step,
            epoch,
            kind: "best",
            file: `checkpoints/best.${step}.safetensors`,
            bytes: 2_667_404,
          },
          8,
        );
    }
    emit(
      {
        type: "checkpointSaved",
        step,
        epoch,
        kind: "resume",
        file: `checkpoints/resume.${step}.safetensors`,
        bytes: 4_001_920,
      },
      6,
    );
  }
  emit({ type: "phaseEnded", phase: "train", seconds: 13.1 }, 1);
  const test = metricsAt(0.94 * reach, noise);
  const testConfidence = confidenceAt(best.step / totalSteps, noise, options.collapses === true);
  phase(
    "evaluate",
    0.3,
    () => {
      emit(
        {
          type: "evaluationEnd",
          step: best.step,
          epoch: best.epoch,
          split: "test",
          metrics: test,
          ...(!isProbe && { confidence: { image: testConfidence } }),
          isBest: true,
        },
        310,
      );
    },
    { split: "test" },
  );
  emit({ type: "runEnded", outcome: "completed", step: totalSteps, epoch: epochs, seconds: (now - startMs) / 1000 });

  const manifest = manifestOf({ epochs, evaluateEveryEpochs, seed, isProbe });
  const checkpoint = `checkpoints/best.${best.step}.safetensors`;
  const summary: RunSummary = {
    formatVersion: 1,
    experiment: "emoji-scenes",
    variant,
    seed,
    outcome: "completed",
    step: totalSteps,
    epoch: epochs,
    best: { epoch: best.epoch, step: best.step, metric: "rSum", value: best.value, checkpoint },
    metrics: { val: best.metrics, test },
    ...(!isProbe && { confidence: { split: "test", byModality: { image: testConfidence } } }),
    trainableParams,
    peakRssBytes: 519 * mebibyte,
    idleRssBytes: 118 * mebibyte,
    predictedMemory,
    secondsByPhase: { extract: 9.4, statistics: 0.4, train: 13.1, evaluate: 3.3 },
    device: "cpu",
    fallbacks: ["webgpu: no adapter was found, so the CPU is used."],
    threads: 2,
    versions: manifest.versions,
    startedAt: new Date(startMs).toISOString(),
    endedAt: new Date(Math.round(now)).toISOString(),
    resumes: 0,
  };
  return { manifest, records, summary: isCutOff ? undefined : summary };
}

/** Writes a sample run as a run directory below `root`, with the store's own means; returns its path. */
export async function writeSampleRun(root: string, options: SampleRunOptions = {}): Promise<string> {
  const { manifest, records, summary } = sampleRun(options);
  const directory = await createRun(nodeFileSystem, root, manifest);
  let now = startMs;
  const writer = await RunWriter.open(nodeFileSystem, directory, { processes: systemProcesses, now: () => now });
  for (const { time, event } of records) {
    now = time;
    await writer.append(event);
  }
  if (summary) await writer.finish(summary);
  await writer.close();
  return directory;
}

function metricsAt(done: number, noise: () => number): Metrics {
  const grown = 1 - Math.exp(-3.4 * done);
  const percent = (most: number): number =>
    Math.round(10 * Math.min(100, Math.max(0.6, most * grown + 2.2 * noise()))) / 10;
  const imageToText = { recallAt1: percent(61), recallAt5: percent(93), recallAt10: percent(98) };
  const textToImage = { recallAt1: percent(57), recallAt5: percent(91), recallAt10: percent(97) };
  const sum = [...Object.values(imageToText), ...Object.values(textToImage)].reduce((total, value) => total + value, 0);
  return { imageToText, textToImage, rSum: Math.round(10 * sum) / 10 };
}

/** From uniform to one that prefers the middle stage, with a spread that grows as samples come to differ. */
function confidenceAt(done: number, noise: () => number, collapses: boolean): LayerConfidence[] {
  const goal = collapses ? [0.002, 0.996, 0.002] : [0.21, 0.52, 0.27];
  const grown = 1 - Math.exp(-(collapses ? 6 : 3) * done);
  const raw = goal.map((share) => 1 / 3 + (share - 1 / 3) * grown + 0.008 * noise() * (collapses ? 0 : 1));
  const total = raw.reduce((sum, share) => sum + share, 0);
  return raw.map((share, l) => {
    const mean = share / total;
    const sd = Math.min(0.02 + 0.075 * grown, mean * 0.8, (1 - mean) * 0.8);
    const quantiles = [-1.6, -0.68, -0.04, 0.66, 1.7].map((z) => Math.min(1, Math.max(0, mean + z * sd)));
    return { layer: layers[l] ?? "", mean, standardDeviation: sd, quantiles };
  });
}

function manifestOf({
  epochs,
  evaluateEveryEpochs,
  seed,
  isProbe,
}: {
  epochs: number;
  evaluateEveryEpochs: number;
  seed: number;
  isProbe: boolean;
}): RunManifest {
  const config = ExperimentConfig.parse({
    name: "emoji-scenes",
    notes:
      "Emoji on coloured backgrounds: every emoji, size and colour is seen in training, the pairs of the test set are not.",
    task: "image-text-retrieval",
    data: { pairs: "scenes.jsonl" },
    image: {
      backbone: {
        model: "models/centernet.onnx",
        hiddenStates: [...layers, "tower_0/extern1/hard_swish/mul_1"],
        preprocessing: { size: [192, 192], scale: 1, layout: "NHWC" },
      },
      method: isProbe
        ? { name: "linear-probe", embedDim: 256 }
        : { name: "unipt", preset: "vse-infinity-cnn", embedDim: 256, reductionFactor: 2 },
    },
    text: {
      backbone: {
        model: "models/use-lite.onnx",
        hiddenStates: ["layer1_out"],
        tokenizer: "models/use-lite.tokenizer.json",
        maxTokens: 32,
        specialTokens: false,
      },
      method: { name: "linear-probe", embedDim: 256 },
    },
    loss: { name: "info-nce" },
    training: {
      epochs,
      batchSize: 128,
      optimizer: { name: "adamw", learningRate: 0.002, weightDecay: 0.01 },
      schedule: { name: "warmup-cosine", warmupEpochs: 1 },
      gradientClip: 2,
      evaluateEveryEpochs,
    },
    seeds: [seed],
  });
  const file = (path: string, bytes: number, digit: string) => ({ path, bytes, sha256: digit.repeat(64) });
  return {
    formatVersion: 1,
    experiment: "emoji-scenes",
    variant: isProbe ? "probe" : "unipt",
    seed,
    config,
    baseDirectory: join("/", "home", "researcher", "emoji-scenes"),
    files: {
      "data.pairs": file("scenes.jsonl", 78_120, "7"),
      "image.backbone.model": file("models/centernet.onnx", 4_031_208, "a"),
      "text.backbone.model": file("models/use-lite.onnx", 25_881_022, "c"),
      "text.backbone.tokenizer": file("models/use-lite.tokenizer.json", 412_007, "f"),
    },
    versions: { "unipt-lab": "0.1.0", node: "22.15.1", onnxruntime: "1.30.0" },
    createdAt: new Date(startMs).toISOString(),
  };
}

/** Uniform numbers between −1 and 1, the same for the same seed. */
function noiseFrom(seed: number): () => number {
  let state = seed * 2_654_435_761;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 31 - 1;
  };
}
