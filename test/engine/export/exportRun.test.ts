import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { fromData, type Tensor } from "../../../src/core/graph/tensor";
import { decodeSafetensors } from "../../../src/core/experiment/safetensors";
import { exportRun } from "../../../src/engine/export/exportRun";
import { readModelFile } from "../../../src/engine/models/readModelFile";
import { readTaskData } from "../../../src/engine/tasks/taskData";
import { nodeFileSystem } from "../../../src/store/nodeFileSystem";
import { readManifest } from "../../../src/store/runListing";
import { openModel } from "../../../src/engine/openModel";
import { OrtSession } from "../../../src/engine/ort/ortSession";
import { download, toOrt } from "../../../src/engine/ort/ortTensor";
import { expectTensor } from "../../support/expectTensor";
import { writeTinyExperiment } from "../../support/tinyExperiment";
import { trainFirst } from "../../support/trainPlan";

let directory = "";
let run = "";
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "unipt-export-"));
  const { file } = await writeTinyExperiment(directory, (config) => ({
    ...config,
    training: { ...config.training, epochs: 1, evaluateEveryEpochs: 1 },
    pooling: "gpo",
    variants: undefined,
  }));
  run = (await trainFirst(file)).directory;
}, 120_000);
afterAll(() => rm(directory, { recursive: true, force: true }));

/** What the run itself gives for its whole test split, by side and output. */
async function embedded(): Promise<Readonly<Record<string, Readonly<Record<string, Tensor>>>>> {
  const opening = openModel({
    runDirectory: run,
    cacheDirectory: join(directory, "cache"),
    signal: new AbortController().signal,
  });
  let next = await opening.next();
  while (!next.done) next = await opening.next();
  const outputs = await next.value.evaluator.collect("test");
  await next.value.close();
  return outputs;
}

test(
  "ONNX files give what the run gives, from pixels and token ids, at any batch size",
  { timeout: 120_000 },
  async () => {
    const { files } = await exportRun({ runDirectory: run, format: "onnx", directory: join(directory, "onnx") });
    expect(files.map((file) => basename(file))).toEqual(["image.onnx", "text.onnx"]);
    const expected = await embedded();
    for (const file of files) {
      const side = basename(file, ".onnx");
      const { graph } = await readModelFile(file);
      expect(new Set(graph.nodes.map(({ domain }) => domain))).toEqual(new Set([""]));
      const session = await OrtSession.open(await readFile(file), { threads: 1 });
      expect([...session.inputNames].sort()).toEqual(
        side === "image" ? ["pixel_values"] : ["attention_mask", "input_ids"],
      );
      for (const count of [1, 3]) {
        const feeds = await feedsOf(side, count);
        const fetched = await session.run(
          Object.fromEntries(session.inputNames.map((name) => [name, toOrt(session.ort, feeds[name]!)])),
        );
        for (const [name, rows] of Object.entries(expected[side]!)) {
          const width = rows.data.length / rows.shape[0]!;
          const first = fromData(
            "float32",
            [count, ...rows.shape.slice(1)],
            (rows.data as Float32Array).slice(0, count * width),
          );
          expectTensor(await download(fetched[name]!), first, 1e-5);
        }
      }
      await session.dispose();
    }
  },
);

/** The first items of the test split as the exported model of a side takes them. */
async function feedsOf(side: string, count: number): Promise<Record<string, Tensor>> {
  const { config } = await readManifest(nodeFileSystem, run);
  const data = await readTaskData(config, directory);
  if (data.task !== "image-text-retrieval") throw new Error("The tiny experiment is image-text retrieval.");
  const source = await data.source(side === "image" ? "image" : "text");
  const { graph } = await readModelFile(join(directory, `${side}.onnx`));
  const batch = source.describeInputs(graph.inputs, side, () => 0).makeBatch(count);
  const test = data.items.flatMap(({ split }, item) => (split === "test" ? [item] : []));
  for (let row = 0; row < count; row++) await batch.write(row, test[row]!);
  return { ...batch.feeds };
}

test("safetensors hold what was trained under the names of the published modules", async () => {
  const { files } = await exportRun({
    runDirectory: run,
    format: "safetensors",
    directory: join(directory, "weights"),
  });
  const names = Object.fromEntries(
    await Promise.all(
      files.map(async (file) => {
        const { tensors } = decodeSafetensors(await readFile(file), file);
        return [
          basename(file, ".safetensors"),
          Object.entries(tensors).map(([name, { shape }]) => `${name} ${shape.join("×")}`),
        ] as const;
      }),
    ),
  );
  expect(Object.keys(names).sort()).toEqual(["head", "image", "image-pooling", "text", "text-pooling"]);
  expect(names["image"]).toContain("downsample_layers.0.0.weight 8×6×1×1");
  expect(names["image"]).toContain("downsample_layers.2.1.running_mean 8");
  expect(names["image"]).toContain("identity_layers.0.0.weight 6×10×1×1");
  expect(names["image"]).toContain("gate_layer.weight 1×8");
  expect(names["image-pooling"]).toContain("gru.weight_ih_l0_reverse 96×32");
  expect(names["head"]).toEqual(["loss.logScale "]);
});

test("a run that cannot be exported says why", async () => {
  await expect(exportRun({ runDirectory: directory, format: "onnx", directory: join(directory, "x") })).rejects.toThrow(
    dirname(directory),
  );
  await expect(
    exportRun({ runDirectory: run, format: "onnx", directory: join(directory, "image.onnx") }),
  ).rejects.toThrow("image.onnx");
});
