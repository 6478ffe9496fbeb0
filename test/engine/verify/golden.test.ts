import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Executor } from "../../../src/core/graph/executor";
import { ReferenceExecutor } from "../../../src/core/graph/interpret";
import { OrtExecutor } from "../../../src/engine/ort/ortExecutor";
import { verifyGolden } from "../../../src/engine/verify/golden/goldenChecks";

const folder = new URL("../../golden/", import.meta.url);
const stems = readdirSync(folder)
  .filter((name) => name.endsWith(".json"))
  .map((name) => name.replace(".json", ""));
const read = (stem: string): unknown => JSON.parse(readFileSync(new URL(`${stem}.json`, folder), "utf8"));

const executors: readonly (readonly [string, Executor])[] = [
  ["reference interpreter, double precision", new ReferenceExecutor({ floats: "float64" })],
  ["reference interpreter, single precision", new ReferenceExecutor()],
  ["ONNX Runtime", new OrtExecutor()],
];

describe.each(executors)("%s", (_, executor) => {
  test.each(stems)("%s agrees with the published implementation", async (stem) => {
    const result = await verifyGolden(stem, read(stem), executor);
    expect(result, JSON.stringify(result)).toMatchObject({ passed: true });
  });
});

/** Changes one number of a golden file by 1 % of 1. */
function disturbed(stem: string, path: readonly (string | number)[]): unknown {
  const golden = read(stem);
  let place = golden as Record<string | number, unknown>;
  for (const key of path.slice(0, -1)) place = place[key] as Record<string | number, unknown>;
  const last = path.at(-1)!;
  place[last] = Number(place[last]) + 0.01;
  return golden;
}

test.each([
  ["vse_transformer", ["output", "data", 3]],
  ["vse_transformer", ["intermediate", "confidence", "data", 0]],
  ["vse_transformer", ["param_grads", "downsample_layers.0.1.weight", "data", 1]],
  ["vse_transformer", ["param_grads", "gate_layer.bias", "data", 0]],
  ["vse_transformer", ["input_grads", 1, "data", 0]],
  ["vse_cnn_train", ["buffers_after", "projection_layer.1.running_var", "data", 0]],
  ["vse_cnn_eval", ["output", "data", 0]],
  ["clip4clip_text", ["output", "data", 3]],
  ["clip4clip_text", ["inputs", "position", "data", 0]],
  ["clip4clip_image", ["intermediate", "confidence", "data", 0]],
  ["clip4clip_image", ["input_grads", "raw_anchor", "data", 0]],
  ["clipvil", ["param_grads", "side_projection_l.2.weight", "data", 0]],
  ["mdetr", ["intermediate", "side_img_memory", "data", 0]],
  ["mdetr", ["output", "data", 0]],
  ["mdetr", ["param_grads", "side_projection_crosser.1.0.weight", "data", 0]],
  ["gpo", ["output", "data", 0]],
  ["gpo", ["input_grad", "data", 0]],
  ["loss_vse_triplet", ["max_violation", "loss"]],
  ["attention_edge", ["variants", "mdetr", "attention", "data", 0]],
  ["optim_adamw", ["trace", 5, "w", "data", 0]],
  ["loss_clip4clip", ["logits", "data", 0]],
  ["loss_clip4clip", ["video_mask", "data", 0]],
  ["loss_mdetr", ["losses", "loss_giou"]],
  ["loss_mdetr", ["matching", 1, 0, "data", 0]],
  ["loss_mdetr", ["grads", "proj_tokens_raw", "data", 0]],
  ["box_ops", ["giou", "data", 2]],
  ["param_counts", ["mdetr_side"]],
  ["optim_bertadam", ["trace", 5, "b", "data", 0]],
  ["optim_bertadam", ["meta", "schedule_factors", 2]],
  ["train_clip4clip", ["losses", 10]],
  ["train_clip4clip", ["params_after", "downsample_layer.1.weight", "data", 0]],
  ["train_vse_transformer", ["losses", 10]],
  ["train_vse_transformer", ["params_after", "upsample_layer.1.weight", "data", 0]],
  ["train_vse_cnn", ["eval_output", "data", 0]],
  ["metrics", ["clip4clip_multi_sentence", "t2v", "MeanR"]],
  ["metrics", ["vse", "t2i_r1_r5_r10_medr_meanr", 4]],
])("%s notices a change of %j", async (stem, path) => {
  const result = await verifyGolden(stem, disturbed(stem, path), new ReferenceExecutor({ floats: "float64" }));
  expect(result.passed).toBe(false);
});

test("a kind without a check, and a file without its parts, have failed", async () => {
  const executor = new ReferenceExecutor();
  expect(await verifyGolden("no_such_kind", {}, executor)).toMatchObject({ passed: false });
  const broken = await verifyGolden("gpo", { meta: {} }, executor);
  expect(broken).toMatchObject({ passed: false, detail: 'golden file lacks "inputs"; it must hold it.' });
});
