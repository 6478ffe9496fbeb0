import { resolve } from "node:path";
import type { PreprocessingConfig } from "../../core/datasets/preprocessing";
import type { ExperimentConfig } from "../../core/experiment/experimentConfig";
import type { RunEvent } from "../../core/experiment/runEvent";
import type { PairItem } from "../datasets/pairDataset";
import { type Extraction, extractFeatures } from "../features/extractFeatures";
import type { ExtractionRequest } from "../features/extractionPlan";
import { FeatureCache } from "../features/featureCache";
import type { FeatureSource } from "../features/featureSource";
import { imageSource } from "../features/imageSource";
import { textSource } from "../features/textSource";
import { readPreprocessorFile } from "../images/preprocessorFile";
import { readModelFile } from "../models/readModelFile";
import type { OrtExecutor } from "../ort/ortExecutor";
import { TextTokenizer } from "../texts/textTokenizer";

export type Modality = "image" | "text";

export interface ExtractionContext {
  readonly config: ExperimentConfig;
  readonly items: readonly PairItem[];
  readonly executor: OrtExecutor;
  readonly baseDirectory: string;
  readonly cacheDirectory: string;
}

/**
 * What has to be extracted of one modality: of every image, or of every caption of every image, one after the other.
 * @throws UserError when a file is missing or unsuitable
 */
export async function extractionRequest(context: ExtractionContext, modality: Modality): Promise<ExtractionRequest> {
  const { config, executor, baseDirectory, cacheDirectory } = context;
  const { backbone } = config[modality];
  const path = resolve(baseDirectory, backbone.model);
  const { graph } = await readModelFile(path);
  return {
    backbone: { path, graph },
    taps: backbone.hiddenStates,
    source: modality === "image" ? await images(context) : await texts(context),
    dtype: config.features.dtype,
    executor,
    cache: new FeatureCache(cacheDirectory, config.features.cacheQuotaGiB * 2 ** 30),
  };
}

/** Extracts what is not in the cache; reports progress only while something is computed. */
export async function* extractModality(
  context: ExtractionContext,
  modality: Modality,
  signal: AbortSignal,
): AsyncGenerator<RunEvent, Extraction> {
  const request = await extractionRequest(context, modality);
  const extraction = extractFeatures(request, signal);
  const startMs = performance.now();
  for (let next = await extraction.next(); ; next = await extraction.next()) {
    if (next.done) {
      for (const { index, message } of next.value.failures)
        yield { type: "itemSkipped", item: request.source.nameOf(index), reason: message };
      return next.value;
    }
    const { phase, done, total, cached: fromCache = 0 } = next.value;
    if (phase === "verify") continue;
    const itemsPerSecond = (done - fromCache) / ((performance.now() - startMs) / 1000);
    yield { type: "extractionProgress", modality, done, total, fromCache, itemsPerSecond };
  }
}

async function images({ config, items, baseDirectory }: ExtractionContext): Promise<FeatureSource> {
  return imageSource(
    items.map(({ id, imagePath }) => ({ id, path: imagePath })),
    await imagePreprocessing(config, baseDirectory),
  );
}

async function texts({ config, items, baseDirectory }: ExtractionContext): Promise<FeatureSource> {
  return textSource(
    items.flatMap(({ id, captions }) => captions.map((text) => ({ id, text }))),
    await openTokenizer(config, baseDirectory),
  );
}

/** How the experiment has images prepared. @throws UserError when its preprocessor file is missing or unsuitable */
export async function imagePreprocessing(
  config: ExperimentConfig,
  baseDirectory: string,
): Promise<PreprocessingConfig> {
  const { preprocessing, preprocessor } = config.image.backbone;
  return preprocessing ?? (await readPreprocessorFile(resolve(baseDirectory, preprocessor ?? "")));
}

/** The experiment's tokenizer. @throws UserError when its file is missing or unsuitable */
export function openTokenizer(config: ExperimentConfig, baseDirectory: string): Promise<TextTokenizer> {
  const { tokenizer, maxTokens, specialTokens } = config.text.backbone;
  return TextTokenizer.load(resolve(baseDirectory, tokenizer), { maxTokens, specialTokens });
}
