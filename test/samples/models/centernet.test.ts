import { beforeAll, describe, expect, test } from "vitest";
import { buildCenternet, CENTERNET_SIZE, centernetPath, centernetTaps } from "../../../samples/models/centernet";
import type { Graph } from "../../../src/core/graph/graph";
import { fromData, numbersOf, type Tensor, tensor } from "../../../src/core/graph/tensor";
import { uniform } from "../../../src/core/nn/random";
import { relativeDifference } from "../../support/closeTo";
import { runOnnx, sampleOf } from "../../support/runOnnx";
import { TfjsOriginal } from "../../support/tfjsOriginal";

const shape = [1, CENTERNET_SIZE, CENTERNET_SIZE, 3];

/** Smooth blobs of colour with noise on top: something of every scale for the network to see. */
function testImage(seed: number): Tensor {
  const noise = uniform({ seed, stream: "test image" }, CENTERNET_SIZE * CENTERNET_SIZE * 3);
  const pixels = noise.map((value, index) => {
    const [x, y] = [Math.floor(index / 3) % CENTERNET_SIZE, Math.floor(index / 3 / CENTERNET_SIZE)];
    const wave = Math.sin((x * (1 + (index % 3))) / 20 + seed) * Math.cos(y / (11 + seed));
    return Math.round(Math.min(Math.max(128 + 90 * wave + 60 * (value - 0.5), 0), 255));
  });
  return fromData("float32", shape, pixels);
}

/** [1, C, H, W] → [1, H, W, C], as the original has its maps. */
function channelsLast(map: Tensor): Tensor {
  const [, channels = 1, height = 1, width = 1] = map.shape;
  const values = numbersOf(map);
  const moved = values.map((_, index) => {
    const [channel, cell] = [index % channels, Math.floor(index / channels)];
    return values[channel * height * width + cell] ?? NaN;
  });
  return tensor("float32", [1, height, width, channels], moved);
}

describe("CenterNet's MobileNetV3 tower", () => {
  let graph: Graph;
  beforeAll(async () => {
    graph = await buildCenternet(process.cwd());
  });

  test("gives the original's stage outputs for each image of a batch", async () => {
    const image = testImage(1);
    const original = await TfjsOriginal.fromFile(centernetPath(process.cwd()), { name: "tower_0/images", shape });
    const expected = await original.run({ "tower_0/images": image }, centernetTaps);
    original.dispose();

    const batch = Float32Array.from([...testImage(2).data, ...image.data] as number[]);
    const pixels = fromData("float32", [2, ...shape.slice(1)], batch);
    const actual = await runOnnx(graph, { pixel_values: pixels }, centernetTaps);
    for (const tap of centernetTaps)
      expect(relativeDifference(channelsLast(sampleOf(actual[tap]!, 1)), expected[tap]!), tap).toBeLessThan(1e-4);
  });

  test("has its taps as grids, the batch left open, and no transpose but that of the image", () => {
    const shapes = centernetTaps.map((tap) => graph.types.get(tap)?.shape);
    expect(shapes).toEqual([
      ["batch", 24, 48, 48],
      ["batch", 32, 24, 24],
      ["batch", 88, 12, 12],
      ["batch", 480, 6, 6],
    ]);
    expect(graph.nodes.filter(({ opType }) => opType === "Transpose")).toHaveLength(1);
    expect(graph.nodes.some(({ name }) => name.includes("CenternetHead"))).toBe(false);
  });
});
