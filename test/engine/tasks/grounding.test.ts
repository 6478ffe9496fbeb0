import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Cancelled } from "../../../src/core/errors";
import { parseExperimentOrThrow } from "../../../src/core/experiment/parseExperiment";
import type { RunEvent } from "../../../src/core/experiment/runEvent";
import { decodeSafetensors } from "../../../src/core/experiment/safetensors";
import type { VisualGroundingInput } from "../../../src/core/experiment/tasks/visualGroundingConfig";
import type { TrainReply } from "../../../src/protocol/engine";
import { forecastTraining } from "../../../src/engine/forecast";
import { train } from "../../../src/engine/train";
import { loadCheckpoint } from "../../../src/store/loadCheckpoint";
import { nodeFileSystem } from "../../../src/store/nodeFileSystem";
import { outcomeOf } from "../../support/runOutcome";
import { writeTinyGrounding } from "../../support/tinyGrounding";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "unipt-grounding-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Run {
  readonly events: RunEvent[];
  readonly reply: TrainReply | undefined;
  readonly directory: string;
}

/** Trains a variation of the tiny experiment, until `stopAfter` steps where that is given. */
async function run(
  name: string,
  change: (config: VisualGroundingInput) => VisualGroundingInput,
  { stopAfter, resume }: { readonly stopAfter?: number; readonly resume?: string } = {},
): Promise<Run> {
  const place = join(folder, name);
  const { config, file } = await writeTinyGrounding(place, change);
  const plan = parseExperimentOrThrow(JSON.stringify(config), file).plans[0]!;
  const stop = new AbortController();
  let directory = "";
  const running = train({
    plan,
    baseDirectory: place,
    cacheDirectory: join(folder, "cache"),
    runsDirectory: join(place, "runs"),
    ...(resume !== undefined && { resume }),
    signal: stop.signal,
    onDirectory: (path) => (directory = path),
  });
  const events: RunEvent[] = [];
  try {
    for (let next = await running.next(); ; next = await running.next()) {
      if (next.done) return { events, reply: next.value, directory };
      events.push(next.value);
      if (next.value.type === "stepEnd" && next.value.step === stopAfter) stop.abort();
    }
  } catch (error) {
    if (!(error instanceof Cancelled)) throw error;
    return { events, reply: undefined, directory };
  }
}

test("learns to point at what an expression means", async () => {
  const { reply, directory, events } = await run("learn", (config) => config);
  const { metrics, confidence } = reply!.summary;
  const means = events.flatMap((event) => (event.type === "epochEnd" ? [event.meanLoss] : []));
  expect(means.at(-1)!).toBeLessThan(0.6 * means[0]!);
  expect(metrics.test!["precisionAt1"]).toBeGreaterThan(60);
  expect(metrics.test!["precisionAt5"]).toBeGreaterThanOrEqual(metrics.test!["precisionAt1"] as number);
  expect(metrics.test!["meanIou"]).toBeGreaterThan(50);
  const byModality = confidence!.byModality;
  expect(Object.keys(byModality)).toEqual(["joint", "joint decoder"]);
  expect(byModality["joint"]!.map(({ layer }) => layer)).toEqual(["encoder.0", "encoder.1"]);
  expect(byModality["joint decoder"]!.map(({ layer }) => layer)).toEqual(["decoder.0", "decoder.1"]);
  const path = join(directory, "confidence.test.safetensors");
  const { tensors } = decodeSafetensors(await readFile(path), path);
  expect(tensors["joint decoder"]!.shape).toEqual([18, 2]);
});

const pretrained = {
  classHead: { weight: "class_embed.weight", bias: "class_embed.bias" },
  "boxHead.0": { weight: "bbox.weight", bias: "bbox.bias" },
};

const short = (config: VisualGroundingInput): VisualGroundingInput => ({
  ...config,
  heads: { ...config.heads, pretrained },
  training: { ...config.training, epochs: 2, evaluateEveryEpochs: 2, checkpointEverySteps: 3, averageDecay: 0.9 },
});

let whole: Promise<Run> | undefined;

/** A short run that nothing disturbs, made once. */
function undisturbed(): Promise<Run> {
  whole ??= run("whole", short);
  return whole;
}

test("a run that was stopped goes on exactly, matchings and averages included", async () => {
  const stopped = await run("stopped", short, { stopAfter: 5 });
  expect(stopped.reply).toBeUndefined();
  const resumed = await run("stopped", short, { resume: stopped.directory });
  expect(resumed.reply).toBeDefined();
  expect(await outcomeOf(resumed.directory)).toEqual(await outcomeOf((await undisturbed()).directory));
});

test("the best checkpoint holds the averages under the names of what they follow", async () => {
  const { directory, events } = await undisturbed();
  const fileOf = (kind: "best" | "resume"): string =>
    events.flatMap((event) => (event.type === "checkpointSaved" && event.kind === kind ? [event] : [])).at(-1)!.file;
  const [best, last] = await Promise.all(
    (["best", "resume"] as const).map(async (kind) => {
      const path = join(directory, "checkpoints", fileOf(kind));
      return (await loadCheckpoint(nodeFileSystem, path)).tensors;
    }),
  );
  const names = Object.keys(best!);
  expect(names).toContain("heads.classHead.weight");
  expect(names.filter((name) => name.endsWith(".average"))).toEqual([]);
  for (const name of names) expect(last![`${name}.average`]!.shape, name).toEqual(best![name]!.shape);
  // There is one evaluation, at the end, so both checkpoints are of one moment.
  for (const name of names) expect(last![`${name}.average`], name).toEqual(best![name]);
});

test("streamed hidden states of encoder and decoder train as cached ones do", async () => {
  const streamed = await run("streamed", (config) => ({ ...short(config), features: { mode: "streamed" } }));
  const losses = ({ events }: Run): number[] =>
    events.flatMap((event) => (event.type === "stepEnd" ? [event.loss] : []));
  const expected = losses(await undisturbed());
  expect(losses(streamed)).toHaveLength(expected.length);
  expected.forEach((loss, step) => expect(losses(streamed)[step]).toBeCloseTo(loss, 3));
});

test("heads that start from the backbone's layers say what does not fit", async () => {
  const withHeads = (classHead: (typeof pretrained)["classHead"]) => (config: VisualGroundingInput) => ({
    ...config,
    heads: { ...config.heads, pretrained: { classHead } },
  });
  await expect(run("wrong", withHeads(pretrained["boxHead.0"]))).rejects.toThrow(
    '"heads.pretrained.classHead" is a layer from 16 to 16 numbers, but one from 16 to 8 is needed',
  );
  await expect(run("unknown", withHeads({ ...pretrained.classHead, weight: "class_embed.wait" }))).rejects.toThrow(
    '"heads.pretrained.classHead.weight" names "class_embed.wait", which is no weight of',
  );
});

test("probes see each query's own states", async () => {
  const { reply } = await run("probe", (config) => ({
    ...short(config),
    joint: { ...config.joint, method: { name: "linear-probe", embedDim: 16 } },
  }));
  expect(reply!.summary.metrics.test!["meanIou"]).toBeGreaterThan(0);
  expect(reply!.summary.confidence).toBeUndefined();
});

test("training is forecast with the matching it needs", async () => {
  const place = join(folder, "forecast");
  const { config, file } = await writeTinyGrounding(place);
  const plan = parseExperimentOrThrow(JSON.stringify(config), file).plans[0]!;
  const { trainableParams, timing, predictedMemory } = await forecastTraining(
    plan.config,
    { baseDirectory: place, cacheDirectory: join(folder, "cache"), device: "cpu", threads: 1 },
    { isTimed: true },
  );
  expect(trainableParams).toBeGreaterThan(1000);
  expect(timing!.secondsPerStep).toBeGreaterThan(0);
  expect(predictedMemory.bytesByKind["activations"]).toBeGreaterThan(0);
});
