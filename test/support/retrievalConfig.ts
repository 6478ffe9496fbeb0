import type { ExperimentConfig } from "../../src/core/experiment/experimentConfig";
import type { ImageTextRetrievalConfig } from "../../src/core/experiment/tasks/imageTextRetrievalConfig";

/** The same settings, known to be of image-text retrieval. @throws Error when they are of another task */
export function retrievalConfig(config: ExperimentConfig | undefined): ImageTextRetrievalConfig {
  if (config?.task !== "image-text-retrieval") throw new Error(`Expected image-text retrieval, not ${config?.task}.`);
  return config;
}
