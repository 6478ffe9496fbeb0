import type { PreprocessingConfig, PreprocessingPresetName } from "./preprocessing";

type Preset = Pick<PreprocessingConfig, "size"> & Partial<PreprocessingConfig>;

const imageNet = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] } satisfies Partial<PreprocessingConfig>;

const clip = {
  mean: [0.48145466, 0.4578275, 0.40821073],
  std: [0.26862954, 0.26130258, 0.27577711],
} satisfies Partial<PreprocessingConfig>;

/** Evaluation preprocessing of the published systems. All of them read photos as stored, whatever EXIF says. */
export const preprocessingPresets: Readonly<Record<PreprocessingPresetName, Preset>> = {
  /** Frames and images of CLIP: Pillow's bicubic kernel, shorter side, centre crop. */
  clip4clip: {
    size: [224, 224],
    resize: "shortest-edge",
    resizeTo: 224,
    kernel: "bicubic",
    orientation: "as-stored",
    ...clip,
  },
  /** VSE∞: OpenCV's bilinear kernel, in floating point, stretched to a square. */
  "vse-infinity": {
    size: [512, 512],
    resize: "exact",
    kernel: "bilinear",
    antialias: false,
    orientation: "as-stored",
    ...imageNet,
  },
  /** CLIP-ViL: shorter side 384, longer at most 640, black all around, lying or standing. */
  "clip-vil": {
    size: [384, 640],
    canvas: "by-orientation",
    resize: "pad",
    resizeTo: 384,
    kernel: "bilinear",
    orientation: "as-stored",
    ...clip,
  },
  /** MDETR: shorter side 800, longer at most 1333, the rest of the canvas 0 after normalising, as in its padded batches. */
  mdetr: {
    size: [1333, 1333],
    resize: "pad",
    resizeTo: 800,
    kernel: "bilinear",
    padPosition: "end",
    padValue: "mean",
    orientation: "as-stored",
    ...imageNet,
  },
};
