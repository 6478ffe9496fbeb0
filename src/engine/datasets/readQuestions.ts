import type { QuestionDataConfig } from "../../core/experiment/dataConfig";
import type { QuestionDataset } from "./questionDataset";

export function readQuestions(data: QuestionDataConfig, baseDirectory: string): Promise<QuestionDataset> {
  return Promise.reject(new Error(`No ${JSON.stringify(data)} in ${baseDirectory} is read yet.`));
}
