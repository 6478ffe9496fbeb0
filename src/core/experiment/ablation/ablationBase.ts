import { UserError } from "../../errors";
import { quoteAll } from "../describeSchema";
import type { ExperimentConfig } from "../experimentConfig";
import { parseJsonText, valueOf } from "../jsonText";
import type { Overrides } from "../overrides";
import { parseExperimentOrThrow } from "../parseExperiment";
import { childValue } from "../schemaPath";
import type { Variant } from "../variants";
import { baseVariant, resolveVariants } from "../variants";
import { sameSettings } from "./sameSettings";

/** The settings that every cell differs from. */
export interface AblationBase {
  /** Name of the base's runs: that of the file's variant with these settings, so that its finished runs count. */
  readonly name: string;
  /** The experiment as written, without its variants. */
  readonly document: object;
  /** What the base itself changes in it. */
  readonly overrides: Overrides;
  readonly config: ExperimentConfig;
  /** The file's own variants. */
  readonly variants: readonly Variant[];
}

/**
 * Reads an experiment file for an ablation.
 * @param file name used in messages
 * @param variant the variant to start from; the file's settings without any by default
 * @throws UserError with the first problem of the file, or when there is no such variant
 */
export function ablationBase(text: string, file: string, variant?: string): AblationBase {
  const { config: whole } = parseExperimentOrThrow(text, file);
  const { root } = parseJsonText(text);
  const written = root === undefined ? {} : (valueOf(root) as object);
  const document = Object.fromEntries(Object.entries(written).filter(([key]) => key !== "variants"));
  const { variants: definitions = {}, ...plain } = whole;
  const isPlain = Object.keys(definitions).length === 0;
  const variants = isPlain ? [] : resolveVariants(written, whole).variants;
  if (variant === undefined || (isPlain && variant === baseVariant)) {
    const own = variants.find(({ config }) => sameSettings(config, plain));
    const isTaken = variants.some(({ name }) => name === baseVariant);
    const name = own?.name ?? (isTaken ? "ablation-base" : baseVariant);
    return { name, document, overrides: {}, config: plain, variants };
  }
  const chosen = variants.find(({ name }) => name === variant);
  if (!chosen) {
    const known = variants.map(({ name }) => name);
    const others = known.length === 0 ? "it has none" : `it has ${quoteAll(known)}`;
    throw new UserError(`"${file}" has no variant "${variant}"; ${others}.`);
  }
  const overrides = (childValue(definitions, variant) ?? {}) as Overrides;
  return { name: variant, document, overrides, config: chosen.config, variants };
}
