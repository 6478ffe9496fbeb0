import { join } from "node:path";
import type { Graph } from "../../src/core/graph/graph";
import { symbolicBatch } from "../../src/core/graph/symbolicBatch";
import { importGraphModel } from "../../src/core/onnx/tfjs/importGraphModel";
import { packageFolder } from "../packageFolder";
import { readTfjsModel } from "./readTfjsModel";

/** Height and width at which the samples run the network; it is fully convolutional. */
export const CENTERNET_SIZE = 192;

const TOWER = "tower_0/MobilenetV3";

/** The network's last map, 480 channels at a 32nd of the image's size. */
export const CENTERNET_LAST_MAP = "tower_0/extern1/hard_swish/mul_1";

/** The raw output of the last block of each stage: 24 channels at 48², 32 at 24², 88 at 12² and 480 at 6² for 192² images. */
export const centernetTaps: readonly string[] = [
  `${TOWER}/expanded_conv_2/add`,
  `${TOWER}/expanded_conv_5/add`,
  `${TOWER}/expanded_conv_11/add`,
  CENTERNET_LAST_MAP,
];

export function centernetPath(packagesFrom: string): string {
  return join(packageFolder("@vladmandic/human", packagesFrom), "models", "centernet.json");
}

/**
 * The MobileNetV3-Large tower of a CenterNet detector trained on COCO. Input `pixel_values`: RGB of 0 to 255,
 * [batch, 192, 192, 3]; the detector's heads are left out.
 */
export async function buildCenternet(packagesFrom: string): Promise<Graph> {
  const model = await readTfjsModel(centernetPath(packagesFrom));
  return symbolicBatch((batchSize) =>
    importGraphModel(model, {
      name: "centernet",
      inputs: { pixel_values: { dtype: "float32", shape: [batchSize, CENTERNET_SIZE, CENTERNET_SIZE, 3] } },
      bind: (_, { pixel_values: pixels }) => ({ "tower_0/images": pixels }),
      outputs: [CENTERNET_LAST_MAP],
    }),
  );
}
