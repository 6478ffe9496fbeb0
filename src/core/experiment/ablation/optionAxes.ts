import { UserError } from "../../errors";
import type { UniptConfig } from "../../petl/unipt/uniptOptions";
import { UniptOptions } from "../../petl/unipt/uniptOptions";
import { resolveUniptOptions } from "../../petl/unipt/uniptPresets";
import { EmbeddingPooling } from "../../tasks/imageTextRetrieval";
import { knownValue, type NamedAxis, uniptOf, wholeValue } from "./namedAxis";

const { shape } = UniptOptions;

/** What an option is for when other options make it idle: the end of a sentence, or undefined when it matters. */
type Idle = (method: UniptConfig) => string | undefined;

const needsInteraction: Idle = ({ interaction }) =>
  interaction === "none" ? 'changes nothing with "interaction": "none"' : undefined;
const needsConfidence: Idle = ({ aggregation }) =>
  aggregation === undefined || aggregation === "confidence"
    ? undefined
    : `changes nothing with "aggregation": "${aggregation}"`;

interface OptionAxis {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly option: "interaction" | "aggregation" | "normalizer" | "guide" | "pooling" | "projection";
  /** Other words for its values. */
  readonly aliases?: Readonly<Record<string, string>>;
  /** Values that suit only some backbones are left out unless asked for. */
  readonly defaults?: readonly string[];
  readonly idle?: Idle;
}

function optionAxis({ name, title, description, option, aliases = {}, defaults, idle }: OptionAxis): NamedAxis {
  const known: readonly string[] = shape[option].options;
  return {
    name,
    title,
    description,
    scope: "sides",
    refusal: (context, side) => {
      const method = uniptOf(context, side);
      return typeof method === "string" ? method : idle?.(method);
    },
    levels: (_, side, values) =>
      (values ?? defaults ?? known).map((given) => {
        const value = knownValue(name, aliases[given] ?? given, known);
        return { name: `${name}-${value}`, value, overrides: { [`${side}.method.${option}`]: value } };
      }),
  };
}

const reductionFactor: NamedAxis = {
  name: "reduction-factor",
  title: "Reduction factor",
  description: "How much narrower than the output the parallel network is: 2, 4, 8, 16, or others.",
  scope: "sides",
  refusal: (context, side) => {
    const method = uniptOf(context, side);
    return typeof method === "string" ? method : undefined;
  },
  levels: (context, side, values) => {
    const method = uniptOf(context, side);
    if (typeof method === "string") return [];
    // Both presets of UniPT have one output width.
    const { embedDim } = resolveUniptOptions(method, "tokens");
    const factors = (values ?? ["2", "4", "8", "16"]).map((value) => wholeValue("reduction-factor", value, 1));
    const tooLarge = factors.find((factor) => factor > embedDim);
    if (values && tooLarge !== undefined)
      throw new UserError(
        `Axis "reduction-factor" has the value ${tooLarge}, which leaves nothing of "${side}.method.embedDim" ${embedDim}; use ${embedDim} at most.`,
      );
    return factors
      .filter((factor) => factor <= embedDim)
      .map((factor) => ({
        name: `r${factor}`,
        value: String(factor),
        overrides: { [`${side}.method.reductionFactor`]: factor },
      }));
  },
};

const pooling: NamedAxis = {
  name: "pooling",
  title: "Embedding pooling",
  description: "How tokens become one embedding: their mean, or generalised pooling (gpo).",
  scope: "experiment",
  refusal: () => undefined,
  levels: (_, _side, values) =>
    (values ?? EmbeddingPooling.options).map((given) => {
      const value = knownValue("pooling", given, EmbeddingPooling.options);
      return { name: `pooling-${value}`, value, overrides: { pooling: value } };
    }),
};

/** Axes that set an option to each of its values. */
export const optionAxes: readonly NamedAxis[] = [
  reductionFactor,
  optionAxis({
    name: "interaction",
    title: "Interaction",
    description:
      "Parallel interaction between each layer and the last one: none, attention, attention-identity, or attention-token (backbones with a class token).",
    option: "interaction",
    defaults: ["none", "attention", "attention-identity"],
  }),
  optionAxis({
    name: "aggregation",
    title: "Aggregation",
    description:
      "Where the layers' weights come from: confidence (a gate per sample), per-token, static (learnt constants), sigmoid-gate, mean (uniform), last.",
    option: "aggregation",
    aliases: { uniform: "mean", "per-sample": "confidence" },
  }),
  pooling,
  optionAxis({
    name: "gate-pooling",
    title: "Gate pooling",
    description:
      "How a layer's tokens are pooled for the confidence gate: mean, max, or cls (backbones with a class token).",
    option: "pooling",
    defaults: ["mean", "max"],
    idle: needsConfidence,
  }),
  optionAxis({
    name: "normalizer",
    title: "Interaction normalizer",
    description: "How interaction scores become weights: relu-l1, softmax, scaled-softmax, sigmoid.",
    option: "normalizer",
    idle: needsInteraction,
  }),
  optionAxis({
    name: "guide",
    title: "Guide",
    description: "Who asks in the interaction: last, self, learnable, previous.",
    option: "guide",
    idle: needsInteraction,
  }),
  optionAxis({
    name: "projection",
    title: "Projection",
    description: "What the weighted sum goes through before the last layer is added: none, linear, mlp.",
    option: "projection",
  }),
];
