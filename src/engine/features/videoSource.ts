import type { NamedValue } from "../../core/graph/graph";
import { sizeOf, zeros } from "../../core/graph/tensor";
import { loadVideoInto, type VideoConfig } from "../videos/loadVideo";
import type { FeatureSource, SourceInputs } from "./featureSource";
import { describePixels } from "./pixelInput";

/** Raised when the way frames are made changes, so that cached features of the old way are not used. */
const FRAMES_VERSION = 1;

export interface VideoItem {
  readonly id: string;
  /** Absolute. */
  readonly path: string;
}

/**
 * Videos, each as `config.frames.count` frames for an image backbone. The mask tells the frames that a video has from those
 * that fill it up.
 */
export function videoSource(items: readonly VideoItem[], config: VideoConfig): FeatureSource {
  const item = (index: number): VideoItem => {
    const found = items[index];
    if (!found) throw new RangeError(`There is no video ${index}; there are ${items.length}.`);
    return found;
  };
  return {
    count: items.length,
    nameOf: (index) => item(index).id,
    hashOf: (index, fingerprints) => fingerprints.hashOf(item(index).path),
    describeInputs: (inputs, label) => describeInputs(inputs, label, config, (index) => item(index).path),
  };
}

function describeInputs(
  inputs: readonly NamedValue[],
  label: string,
  config: VideoConfig,
  pathOf: (index: number) => string,
): SourceInputs {
  const { count } = config.frames;
  const { input, shape } = describePixels(inputs, label, config.preprocessing, "video.backbone.preprocessing");
  return {
    settings: { kind: "video", version: FRAMES_VERSION, ...config },
    unitsPerItem: count,
    mask: { length: count },
    shapes: (batchSize) => ({ [input]: [batchSize, ...shape] }),
    types: { [input]: "float32" },
    makeBatch(batchSize) {
      const pixels = zeros("float32", [batchSize * count, ...shape]);
      const found = new Uint32Array(batchSize);
      return {
        feeds: { [input]: pixels },
        async write(row, index) {
          found[row] = await loadVideoInto(pathOf(index), config, pixels.data, row * count * sizeOf(shape));
        },
        maskOf: (row) => new Float32Array(count).fill(1, 0, found[row]),
      };
    },
  };
}
