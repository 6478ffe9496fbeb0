import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { ReferenceExecutor } from "../../../src/core/graph/interpret";
import { OrtExecutor } from "../../../src/engine/ort/ortExecutor";
import { verifyGradients } from "../../../src/engine/verify/backboneGradients";

const model = fileURLToPath(new URL("../../golden/grad-bert.onnx", import.meta.url));
const reference = fileURLToPath(new URL("../../golden/backbones/grad-bert.gradients.json", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "gradients-"));
afterAll(() => rmSync(folder, { recursive: true }));

interface Reference {
  params: Record<string, { data: number[] }>;
  param_grads: Record<string, { data: number[] }>;
}

function changed(change: (golden: Reference) => void): string {
  const golden = JSON.parse(readFileSync(reference, "utf8")) as Reference;
  change(golden);
  const path = join(folder, "changed.gradients.json");
  writeFileSync(path, JSON.stringify(golden));
  return path;
}

describe("a whole exported BERT has PyTorch's gradients", () => {
  test.each([
    ["reference interpreter, double precision", new ReferenceExecutor({ floats: "float64" })],
    ["ONNX Runtime", new OrtExecutor()],
  ])("%s", async (_, executor) => {
    const result = await verifyGradients(model, reference, executor);
    expect(result, JSON.stringify(result)).toMatchObject({ name: "grad-bert.gradients.json", passed: true });
    // far inside the tolerance: what is left is rounding
    expect(result.maxDifference / result.tolerance).toBeLessThan(0.05);
  });
});

test.each(["encoder.layer.1.intermediate.dense.weight", "embeddings.position_embeddings.weight"])(
  "notices a change in the gradient of %s",
  async (name) => {
    const path = changed(({ param_grads }) => {
      const { data } = param_grads[name]!;
      data[3]! += 5e-4 * Math.max(...data.map(Math.abs));
    });
    const result = await verifyGradients(model, path, new ReferenceExecutor());
    expect(result).toMatchObject({ passed: false, detail: `gradient of ${name}` });
  },
);

test("says which parameter the model does not hold", async () => {
  const path = changed(({ params }) => {
    params["encoder.layer.0.output.dense.bias"]!.data[0]! += 1;
  });
  const result = await verifyGradients(model, path, new ReferenceExecutor());
  expect(result.passed).toBe(false);
  expect(result.detail).toContain('parameter "encoder.layer.0.output.dense.bias" (1 missing)');
});

test("a file that cannot be read has failed", async () => {
  const result = await verifyGradients(join(folder, "none.onnx"), reference, new ReferenceExecutor());
  expect(result).toMatchObject({ passed: false });
});
