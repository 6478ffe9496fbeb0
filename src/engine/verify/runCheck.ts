import { readFile } from "node:fs/promises";
import type { Graph } from "../../core/graph/graph";
import { decodeModel } from "../../core/onnx/decodeModel";
import { OrtExecutor } from "../ort/ortExecutor";
import { checkBackboneGradients } from "./backbones/backboneGradients";
import { checkBackboneHiddenStates } from "./backbones/backboneHiddenStates";
import type { Check } from "./findChecks";
import type { GoldenResult } from "./golden/comparison";
import { verifyGolden } from "./golden/goldenChecks";
import { checkPreprocessing } from "./inputs/checkPreprocessing";
import { checkTokenizer } from "./inputs/checkTokenizer";

/**
 * Runs one check on the CPU; whatever goes wrong within it is its failure, never an exception.
 * @param photos folder of the photos that preprocessed pictures were made from
 */
export async function runCheck(check: Check, photos?: string): Promise<GoldenResult> {
  try {
    // One thread: rounding then does not depend on how many cores share the work.
    return await evaluate(check, photos, new OrtExecutor({ device: "cpu", threads: 1 }));
  } catch (error) {
    return failed(error instanceof Error ? error.message : String(error));
  }
}

async function evaluate(check: Check, photos: string | undefined, executor: OrtExecutor): Promise<GoldenResult> {
  switch (check.kind) {
    case "golden":
      return verifyGolden(check.stem, await readJson(check.golden), executor);
    case "hiddenStates":
      return checkBackboneHiddenStates(await readJson(check.reference), await readModel(check.model), executor);
    case "gradients":
      return checkBackboneGradients(await readJson(check.reference), await readModel(check.model), executor);
    case "tokenizer":
      return checkTokenizer(await readJson(check.reference), check.tokenizer);
    case "preprocessing":
      return checkPreprocessing(check.picture, photos);
    case "impossible":
      return failed(check.reason);
  }
}

/** Decodes a model with its weights in memory, where their values can be matched and differentiated. */
async function readModel(path: string): Promise<Graph> {
  return decodeModel(await readFile(path)).graph;
}

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, "utf8"));
  } catch (cause) {
    throw new Error("it is no readable JSON", { cause });
  }
}

function failed(detail: string): GoldenResult {
  return { maxDifference: Infinity, tolerance: 0, passed: false, detail };
}
