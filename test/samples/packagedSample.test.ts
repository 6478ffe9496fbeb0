import { describe, expect, test } from "vitest";
import { halfWeights } from "../../samples/packaged/halfWeights";
import { packagedExperiment } from "../../samples/packaged/packagedExperiment";
import { buildCenternet, CENTERNET_SIZE, centernetTaps } from "../../samples/models/centernet";
import { parseExperimentOrThrow } from "../../src/core/experiment/parseExperiment";
import { fromData } from "../../src/core/graph/tensor";
import { uniform } from "../../src/core/nn/random";
import { findHiddenStates } from "../../src/core/onnx/hiddenStates";
import { decodeModel } from "../../src/core/onnx/decodeModel";
import { encodeModel } from "../../src/core/onnx/encodeModel";
import { relativeDifference } from "../support/closeTo";
import { runOnnx } from "../support/runOnnx";

describe("weights in half precision", () => {
  test("halve the file, keep its hidden states, and change them by a hundredth at most", async () => {
    const full = await buildCenternet(process.cwd());
    const half = halfWeights(full);
    const [fullFile, halfFile] = [encodeModel(full), encodeModel(half)];
    expect(halfFile.byteLength / fullFile.byteLength).toBeLessThan(0.52);

    const decoded = decodeModel(halfFile).graph;
    const names = (graph: typeof full): readonly string[] => findHiddenStates(graph).map(({ value }) => value);
    expect(names(decoded)).toEqual(names(decodeModel(fullFile).graph));

    const shape = [1, CENTERNET_SIZE, CENTERNET_SIZE, 3];
    const noise = uniform({ seed: 1, stream: "test image" }, CENTERNET_SIZE ** 2 * 3);
    const pixels = fromData(
      "float32",
      shape,
      noise.map((value) => value * 255),
    );
    const expected = await runOnnx(full, { pixel_values: pixels }, centernetTaps);
    const actual = await runOnnx(half, { pixel_values: pixels }, centernetTaps);
    for (const tap of centernetTaps) expect(relativeDifference(actual[tap]!, expected[tap]!), tap).toBeLessThan(1e-2);
  });
});

describe("the experiment that the extension brings along", () => {
  test("is valid, explains itself, and plans three runs", () => {
    const text = packagedExperiment();
    const { plans } = parseExperimentOrThrow(text, "emoji-scenes.unipt.json");
    expect(plans.map(({ variant, seed }) => `${variant} ${seed}`)).toEqual([
      "unipt 0",
      "linear-probe 0",
      "stages-probe 0",
    ]);
    expect(text.split("\n").filter((line) => line.startsWith("//")).length).toBeGreaterThan(2);
  });
});
