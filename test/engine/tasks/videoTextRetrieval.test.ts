import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { flattenMetrics } from "../../../src/core/experiment/flattenMetrics";
import { parseExperimentOrThrow } from "../../../src/core/experiment/parseExperiment";
import { sideOf } from "../../../src/core/experiment/sides";
import { numbersOf } from "../../../src/core/graph/tensor";
import { buildEvaluationGraph } from "../../../src/core/step/buildEvaluationGraph";
import { OrtExecutor } from "../../../src/engine/ort/ortExecutor";
import { readTaskData } from "../../../src/engine/tasks/taskData";
import { cachedInput } from "../../../src/engine/training/cachedInput";
import { extractionRequest, extractSide } from "../../../src/engine/training/extraction";
import { featureReader, storedLayout } from "../../../src/engine/training/featureReader";
import { streamedInput } from "../../../src/engine/training/streamedInput";
import { usedInputs, withoutUnusedInputs } from "../../../src/engine/training/usedInputs";
import { expectTensor } from "../../support/expectTensor";
import { hasFfmpeg } from "../../support/ffmpeg";
import { writeTinyClips } from "../../support/tinyClips";
import { lossesOf, trainFirst } from "../../support/trainPlan";

let directory = "";
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "unipt-clips-"));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

describe.skipIf(!hasFfmpeg)("video-text retrieval in the form of CLIP4Clip", () => {
  test("learns to tell clips by their colour, and weighs the layers of both sides", { timeout: 240_000 }, async () => {
    const { file } = await writeTinyClips(join(directory, "cached"));
    const { events, summary } = await trainFirst(file);
    const losses = lossesOf(events);
    expect(losses.at(-1)).toBeLessThan((losses[0] ?? 0) / 2);
    // Three clips: chance is 33 %.
    const metrics = flattenMetrics(summary.metrics.test ?? {});
    expect(metrics["textToVideo.recallAt1"]).toBeGreaterThan(50);
    expect(metrics["videoToText.recallAt1"]).toBeGreaterThan(50);
    expect(Object.keys(metrics)).toContain("videoToText.medianRank");
    for (const side of ["video", "text"]) {
      const layers = summary.confidence?.byModality[side] ?? [];
      expect(layers.map(({ layer }) => layer)).toEqual([side === "video" ? "patches" : "words", "block"]);
      expect(layers.reduce((sum, { mean }) => sum + mean, 0)).toBeCloseTo(1, 5);
    }
  });

  test("frames give the same hidden states within a graph as from the cache", { timeout: 240_000 }, async () => {
    const { file } = await writeTinyClips(join(directory, "streamed"));
    const { config } = parseExperimentOrThrow(await readFile(file, "utf8"), file);
    const baseDirectory = dirname(file);
    const executor = new OrtExecutor({ threads: 1 });
    const data = await readTaskData(config, baseDirectory);
    const place = { config, data, executor, baseDirectory, cacheDirectory: join(baseDirectory, "cache") };
    const request = await extractionRequest(place, "video");
    const side = sideOf(config, "video");
    const extraction = extractSide(place, "video", new AbortController().signal);
    let next = await extraction.next();
    while (!next.done) next = await extraction.next();
    const { store } = next.value;
    const inputs = [
      cachedInput(featureReader(storedLayout(side, store.layout), store)),
      streamedInput({ ...request, side, dtype: "float32" }),
    ];
    const outputs = [];
    for (const input of inputs) {
      const { graph: built } = buildEvaluationGraph((scope) => {
        const { hiddenStates, embedding, mask } = input.declare(scope, 2);
        return { first: hiddenStates[0]!, last: hiddenStates.at(-1)!, embedding: embedding!, mask: mask! };
      });
      const graph = withoutUnusedInputs(built);
      const program = await executor.prepare(graph);
      outputs.push(await program.run(await input.read(Uint32Array.of(0, 2), usedInputs(graph))));
      await program.dispose();
    }
    await store.close();
    const [cached, streamed] = outputs;
    expect(cached!["first"]!.shape).toEqual([2, 3, 16, 12]);
    for (const name of ["first", "last", "embedding", "mask"]) expectTensor(streamed![name], cached![name], 1e-5);
    // The first clip lasts two seconds: its third frame only fills up.
    expect(numbersOf(cached!["mask"]!)).toEqual([1, 1, 0, 1, 1, 1]);
  });
});
