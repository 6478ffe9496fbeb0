import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { ReferenceExecutor } from "../../../src/core/graph/interpret";
import { decodeModel } from "../../../src/core/onnx/decodeModel";
import { OrtExecutor } from "../../../src/engine/ort/ortExecutor";
import { checkBackboneGradients } from "../../../src/engine/verify/backbones/backboneGradients";

const fixture = (file: string): Buffer => readFileSync(fileURLToPath(new URL(`../../golden/${file}`, import.meta.url)));
const { graph } = decodeModel(fixture("grad-bert.onnx"));

interface Reference {
  params: Record<string, { data: number[] }>;
  param_grads: Record<string, { data: number[] }>;
}

function reference(change: (golden: Reference) => void = () => undefined): Reference {
  const golden = JSON.parse(fixture("backbones/grad-bert.gradients.json").toString()) as Reference;
  change(golden);
  return golden;
}

describe("a whole exported BERT has PyTorch's gradients", () => {
  test.each([
    ["reference interpreter, double precision", new ReferenceExecutor({ floats: "float64" })],
    ["ONNX Runtime", new OrtExecutor()],
  ])("%s", async (_, executor) => {
    const result = await checkBackboneGradients(reference(), graph, executor);
    expect(result, JSON.stringify(result)).toMatchObject({ passed: true });
  });
});

test.each(["encoder.layer.1.intermediate.dense.weight", "embeddings.position_embeddings.weight"])(
  "notices a change in the gradient of %s",
  async (name) => {
    const golden = reference(({ param_grads }) => {
      const { data } = param_grads[name]!;
      data[3]! += 5e-4 * Math.max(...data.map(Math.abs));
    });
    const result = await checkBackboneGradients(golden, graph, new ReferenceExecutor());
    expect(result.passed).toBe(false);
    expect(result.detail).toContain(name);
  },
);

test("says which parameter the model does not hold", async () => {
  const golden = reference(({ params }) => {
    params["encoder.layer.0.output.dense.bias"]!.data[0]! += 1;
  });
  const result = await checkBackboneGradients(golden, graph, new ReferenceExecutor());
  expect(result.passed).toBe(false);
  expect(result.detail).toContain("encoder.layer.0.output.dense.bias (not found in the model)");
});
