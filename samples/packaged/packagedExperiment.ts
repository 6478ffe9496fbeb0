import experiment from "../emoji-scenes/emoji-scenes.unipt.json";

const variants = ["unipt", "linear-probe", "stages-probe"] as const;

/** Tokens per text: the longest caption has 12, and padding takes as long to compute as words. */
export const PACKAGED_TOKENS = 16;

const introduction = `// Emoji scenes: which picture belongs to "a small rose on a blue background"?
// Press "Run" above. UniPT and two rivals are trained on two frozen networks, on this machine; the first curve moves
// within seconds, and after about a minute the table says which of them bound size and colour to the right object.
// Two finished runs with another seed are in the sidebar already. Change anything: the schema knows every setting.
`;

/** The sample's experiment file as the extension brings it along: few enough runs to be done within two minutes. */
export function packagedExperiment(): string {
  const chosen = Object.fromEntries(variants.map((name) => [name, experiment.variants[name]]));
  const settings = {
    ...experiment,
    text: { ...experiment.text, backbone: { ...experiment.text.backbone, maxTokens: PACKAGED_TOKENS } },
    // Half the disk space for the cache, and the same results to within the spread of seeds.
    features: { ...experiment.features, dtype: "float16" },
    seeds: [0],
    variants: chosen,
  };
  return `${introduction}${JSON.stringify(settings, undefined, 2)}\n`;
}
