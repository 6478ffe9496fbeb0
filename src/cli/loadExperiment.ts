import { readFile } from "node:fs/promises";
import { dirname, relative, resolve } from "node:path";
import { UserError } from "../core/errors";
import { parseExperimentOrThrow } from "../core/experiment/parseExperiment";
import type { RunPlan } from "../core/experiment/runPlan";

export interface LoadedExperiment {
  /** Absolute. */
  readonly path: string;
  /** Folder that the paths in the file are relative to. */
  readonly baseDirectory: string;
  readonly plans: readonly RunPlan[];
}

export interface PlanChoice {
  readonly variant?: readonly string[] | undefined;
  readonly seed?: readonly number[] | undefined;
  /** The first seed only. */
  readonly quick?: boolean | undefined;
}

/**
 * Reads an experiment file and picks the runs that are asked for.
 * @throws UserError when the file is missing or wrong, or has no such variant
 */
export async function loadExperiment(file: string, choice: PlanChoice = {}): Promise<LoadedExperiment> {
  const path = resolve(file);
  const text = await readFile(path, "utf8").catch((cause: unknown) => {
    throw new UserError(`The experiment file "${file}" cannot be read; check the path, or make one with: unipt init.`, {
      cause,
    });
  });
  const { plans } = parseExperimentOrThrow(text, relative(process.cwd(), path) || file);
  return { path, baseDirectory: dirname(path), plans: pickPlans(plans, choice, file) };
}

function pickPlans(plans: readonly RunPlan[], { variant, seed, quick }: PlanChoice, file: string): RunPlan[] {
  const known = [...new Set(plans.map((plan) => plan.variant))];
  const unknown = variant?.find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw new UserError(
      `"${file}" has no variant "${unknown}"; it has ${known.map((name) => `"${name}"`).join(", ")}.`,
    );
  return known
    .filter((name) => !variant || variant.includes(name))
    .flatMap((name) => {
      const ofVariant = plans.filter((plan) => plan.variant === name);
      const [first] = ofVariant;
      if (!first) return [];
      const seeds = [...new Set(seed ?? ofVariant.map((plan) => plan.seed))].slice(0, quick ? 1 : undefined);
      return seeds.map((chosen) => ({ ...first, seed: chosen, config: { ...first.config, seeds: [chosen] } }));
    });
}
