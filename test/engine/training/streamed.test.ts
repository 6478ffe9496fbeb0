import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parseExperimentOrThrow } from "../../../src/core/experiment/parseExperiment";
import type { RunEvent } from "../../../src/core/experiment/runEvent";
import { sideOf } from "../../../src/core/experiment/sides";
import { buildStepGraph } from "../../../src/core/step/buildStepGraph";
import { imageSource } from "../../../src/engine/features/imageSource";
import { readModelFile } from "../../../src/engine/models/readModelFile";
import { embedSide } from "../../../src/engine/tasks/retrievalTask";
import { train } from "../../../src/engine/train";
import { stepOptionsOf } from "../../../src/engine/training/stepPrograms";
import { streamedInput } from "../../../src/engine/training/streamedInput";
import { retrievalConfig } from "../../support/retrievalConfig";
import { writeTinyExperiment } from "../../support/tinyExperiment";

let directory = "";
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "unipt-streamed-"));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

/** Every event of a run of the tiny experiment. */
async function run(mode: "cached" | "streamed", layers?: number[]): Promise<RunEvent[]> {
  const { config, file } = await writeTinyExperiment(join(directory, mode), (tiny) => ({
    ...tiny,
    features: { mode },
    image: { ...tiny.image, ...(layers && { layers }) },
    variants: undefined,
  }));
  const { plans } = parseExperimentOrThrow(JSON.stringify(config), file);
  const [plan] = plans;
  if (!plan) throw new Error("The experiment has one run.");
  expect(retrievalConfig(plan.config).features.mode).toBe(mode);
  const events: RunEvent[] = [];
  const place = { baseDirectory: join(directory, mode), cacheDirectory: join(directory, mode, "cache") };
  const running = train({
    plan,
    ...place,
    runsDirectory: join(directory, mode, "runs"),
    signal: new AbortController().signal,
  });
  for await (const event of running) events.push(event);
  return events;
}

function losses(events: readonly RunEvent[]): number[] {
  return events.flatMap((event) => (event.type === "stepEnd" ? [event.loss] : []));
}

test("a backbone in front of every step gives what its cached hidden states give", async () => {
  const [cached, streamed] = [await run("cached"), await run("streamed")];
  expect(losses(streamed)).toHaveLength(losses(cached).length);
  for (const [step, loss] of losses(cached).entries()) expect(losses(streamed)[step]).toBeCloseTo(loss, 4);
  const final = (events: readonly RunEvent[]): unknown =>
    events.findLast((event) => event.type === "evaluationEnd" && event.split === "test");
  const [of, to] = [final(streamed), final(cached)] as { metrics: { rSum: number } }[];
  expect(of?.metrics.rSum).toBeCloseTo(to?.metrics.rSum ?? NaN, 3);
  expect(streamed.some(({ type }) => type === "extractionProgress")).toBe(false);
});

test("a choice of layers leaves the others out of the streamed graph, too", async () => {
  const [cached, streamed] = [await run("cached", [1, 2]), await run("streamed", [1, 2])];
  for (const [step, loss] of losses(cached).entries()) expect(losses(streamed)[step]).toBeCloseTo(loss, 4);
});

test("no gradient enters the backbone in front of a step", async () => {
  const { config, file } = await writeTinyExperiment(join(directory, "graph"), (tiny) => ({
    ...tiny,
    variants: undefined,
  }));
  const experiment = retrievalConfig(parseExperimentOrThrow(JSON.stringify(config), file).config);
  const side = sideOf(experiment, "image");
  const path = join(directory, "graph", "image.onnx");
  const { graph: backbone } = await readModelFile(path);
  const { preprocessing } = experiment.image.backbone;
  const source = imageSource([{ id: "0", path: join(directory, "graph", "images", "000.png") }], preprocessing!);
  const input = streamedInput({ side, backbone: { path, graph: backbone }, source, dtype: "float32" });
  const { graph } = buildStepGraph(
    (scope) => ({
      loss: scope.g.reduceSum(
        embedSide(scope.scope("image"), experiment, "image", input.declare(scope, 2)).embedding,
        [0, 1],
      ),
      reports: {},
    }),
    { ...stepOptionsOf(experiment), length: { stepsPerEpoch: 1, totalSteps: 1 } },
  );
  const isOfBackbone = (name: string): boolean => name.startsWith("image.backbone/");
  const weights = [...graph.initializers.keys()].filter(isOfBackbone);
  expect(weights.length).toBeGreaterThan(0);
  const readers = graph.nodes.filter(({ inputs }) => inputs.some((name) => weights.includes(name)));
  expect(readers.filter(({ name }) => !isOfBackbone(name))).toEqual([]);
  // Forward once, nothing twice.
  expect(graph.nodes.filter(({ opType }) => opType === "Conv")).toHaveLength(3);
});
