import { resolve } from "node:path";
import type { PreprocessingConfig } from "../../core/datasets/preprocessing";
import type { ImageBackboneConfig, TextBackboneConfig } from "../../core/experiment/backboneConfig";
import { readPreprocessorFile } from "../images/preprocessorFile";
import { TextTokenizer, type TokenizerOptions } from "../texts/textTokenizer";

/** How a backbone has images prepared. @throws UserError when its preprocessor file is missing or unsuitable */
export async function imagePreprocessing(
  { preprocessing, preprocessor }: Pick<ImageBackboneConfig, "preprocessing" | "preprocessor">,
  baseDirectory: string,
): Promise<PreprocessingConfig> {
  return preprocessing ?? (await readPreprocessorFile(resolve(baseDirectory, preprocessor ?? "")));
}

/** A backbone's tokenizer. @throws UserError when its file is missing or unsuitable */
export function openTokenizer(
  { tokenizer, maxTokens, specialTokens }: Pick<TextBackboneConfig, "tokenizer" | "maxTokens" | "specialTokens">,
  baseDirectory: string,
  side: TokenizerOptions["side"] = "text",
): Promise<TextTokenizer> {
  return TextTokenizer.load(resolve(baseDirectory, tokenizer), { maxTokens, specialTokens, side });
}
