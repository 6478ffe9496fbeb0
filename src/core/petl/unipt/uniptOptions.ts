import { z } from "zod";

const optionFields = {
  embedDim: z.int().positive().describe("Output width E."),
  reductionFactor: z.int().positive().describe("Reduction factor r: layers are projected to a width of floor(E / r)."),
  anchor: z
    .enum(["last-layer", "embedding"])
    .describe(
      "What layers are compared with: the last hidden state, which is then not among the mixed ones, or the backbone's own final embedding (one token, as in CLIP), beside which every hidden state is mixed.",
    ),
  tappedLayers: z
    .union([z.enum(["all", "every-second", "top-half", "bottom-half"]), z.array(z.int().nonnegative()).min(1)])
    .describe(
      "Which hidden states (below the guide, if that is one) are mixed: all, every second (counted from the top), the upper or lower half, or a list of indices (0 = embedding output).",
    ),
  downsampleActivation: z.enum(["none", "relu"]).describe("Activation in front of each projection to the small width."),
  downsampleSharing: z
    .enum(["separate", "shared"])
    .describe("Whether each layer has a projection of its own or all have one in common."),
  interaction: z
    .enum(["none", "attention", "attention-identity", "attention-token"])
    .describe(
      "Parallel interaction: none keeps each layer as projected; attention-identity adds the identity to the weights, attention-token the layer's own class (or end-of-text) token to the result.",
    ),
  normalizer: z
    .enum(["relu-l1", "softmax", "scaled-softmax", "sigmoid"])
    .describe("How interaction scores become weights; scaled-softmax divides them by the square root of the width."),
  epsilon: z.number().positive().describe("Keeps the L1 norm of the weights away from 0."),
  epsilonConvention: z
    .enum(["add", "clamp"])
    .describe("Whether epsilon is added to the sum of weights or is the least value of that sum."),
  guide: z
    .enum(["last", "self", "learnable", "previous"])
    .describe(
      "Who asks in the interaction: the last layer, the layer itself, a learnt vector, or the merged layer below it.",
    ),
  aggregation: z
    .enum(["last", "mean", "static", "sigmoid-gate", "confidence", "per-token"])
    .describe(
      "Weights of the layers: only the highest, equal, learnt constants, learnt gates as in ladder side-tuning, confidence per sample, or confidence per token.",
    ),
  pooling: z.enum(["mean", "cls", "max"]).describe("How a layer's tokens are pooled for the confidence gate."),
  preInteraction: z
    .enum(["average", "attention", "both"])
    .describe("Feature maps only: how a larger map is brought to the size of the last one."),
  norm: z.enum(["layer", "batch", "none"]).describe("Normalisation after each projection to the small width."),
  projection: z
    .enum(["none", "linear", "mlp"])
    .describe("What the weighted sum goes through before the last layer is added; linear and mlp end in the norm."),
  residual: z
    .enum(["bottleneck", "none", "full-width"])
    .describe(
      "Where the anchor is added: at the small width, nowhere, or as the backbone gives it, after the last linear layer.",
    ),
  upsampleActivation: z.enum(["none", "relu"]).describe("Activation in front of the last linear layer."),
  upsampleNorm: z.enum(["none", "layer"]).describe("Normalisation after the last linear layer."),
  crossStep: z
    .enum(["off", "targets", "targets-and-anchor"])
    .describe(
      "Encoder-decoder backbones only: which of the decoder's layers read the adapted encoder feature before they are mixed: none, those that are mixed, or the last layer too.",
    ),
  initialization: z
    .enum(["fan-in-uniform", "normal", "xavier-uniform", "zero-upsample"])
    .describe(
      "Start of the linear layers: uniform in ±1/√fan-in; normal with deviation 0.02 and biases of 0; uniform after Xavier; zero-upsample is fan-in-uniform with a last layer of 0.",
    ),
} as const;

export const uniptPresetNames = [
  "vse-infinity-text",
  "vse-infinity-cnn",
  "clip4clip-text",
  "clip4clip-image",
  "clip-vil",
  "mdetr",
] as const;
export type UniptPresetName = (typeof uniptPresetNames)[number];

/** Every choice of the method, none left open. */
export const UniptOptions = z.strictObject(optionFields);
export type UniptOptions = Readonly<z.infer<typeof UniptOptions>>;

/** What an experiment file says: a preset, and the options in which it differs from it. */
export const UniptConfig = UniptOptions.partial().extend({
  name: z.literal("unipt").describe("Universal Parallel Tuning."),
  preset: z
    .enum(uniptPresetNames)
    .optional()
    .describe(
      "Published setting to start from; left out, vse-infinity-text for tokens, vse-infinity-cnn for feature maps, mdetr for an encoder-decoder backbone.",
    ),
});
export type UniptConfig = z.infer<typeof UniptConfig>;
