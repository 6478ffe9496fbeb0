import { z } from "zod";
import { MethodConfig } from "../../petl/methods";
import { FeaturesConfig } from "../featuresConfig";
import { Name } from "../names";

export const deviceNames = ["auto", "cpu", "webgpu", "cuda", "dml", "coreml"] as const;
export type DeviceName = (typeof deviceNames)[number];

/** Overrides by dotted path, for example `{ "training.epochs": 40 }`; each value replaces what the path held. */
const Overrides = z
  .record(z.string(), z.unknown())
  .refine((overrides) => Object.keys(overrides).length <= 256, { error: "at most 256 settings" })
  .describe('Settings by dotted path, for example { "training.epochs": 40 }; each replaces what the path holds.');

/** Keys that every task shares. */
export const common = {
  $schema: z.string().optional().describe("JSON Schema of this file, for editors."),
  name: Name.describe("Name of the experiment; run directories start with it."),
  notes: z.string().optional().describe("Free text, kept with every run."),
  features: FeaturesConfig.prefault({}),
  seeds: z
    .array(z.int().min(0).max(0xffff_ffff))
    .min(1)
    .max(1000)
    .refine((seeds) => new Set(seeds).size === seeds.length, { error: "seeds that differ from each other" })
    .default([0])
    .describe("One run per variant and seed."),
  device: z.enum(deviceNames).default("auto").describe("Execution provider; auto takes the best that verifiably runs."),
  threads: z
    .int()
    .min(1)
    .max(1024)
    .optional()
    .describe("CPU threads; results are bit-identical only between equal counts. One per core by default."),
  variants: z
    .record(Name, Overrides)
    .refine((variants) => Object.keys(variants).length <= 256, { error: "at most 256 variants" })
    .optional()
    .describe("Named variants of this experiment, each trained with every seed; one run per seed without them."),
};

/** The `method` of a side. */
export const method = MethodConfig.describe("The network trained on the backbone's hidden states.");

/** Which of the tapped hidden states the method is given: a choice among cached features, which needs no extraction of its own. */
export const LayerChoice = z
  .array(z.int().min(0))
  .min(1)
  .refine((layers) => layers.every((layer, i) => i === 0 || layer > (layers[i - 1] ?? layer)), {
    error: "indices in rising order, each once",
  })
  .optional()
  .describe(
    "The tapped hidden states that the method is given, as indices into `hiddenStates`, low to high. The features of all " +
      "stay in one cache, so variants that differ here share them. All by default.",
  );
