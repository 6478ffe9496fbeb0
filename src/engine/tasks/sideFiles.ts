import { resolve } from "node:path";
import type { PreprocessingConfig } from "../../core/datasets/preprocessing";
import type {
  ImageBackboneConfig,
  JointBackboneConfig,
  TextBackboneConfig,
} from "../../core/experiment/backboneConfig";
import type { JointReading } from "../features/jointSource";
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

/** How an image and a text become what a joint backbone reads. @throws UserError when a file is missing or unsuitable */
export async function jointReading(backbone: JointBackboneConfig, baseDirectory: string): Promise<JointReading> {
  return {
    preprocessing: await imagePreprocessing(backbone, baseDirectory),
    tokenizer: await openTokenizer(backbone, baseDirectory, "joint"),
    sequence: backbone.sequence,
  };
}
