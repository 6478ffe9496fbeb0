import type { ExpressionDataConfig } from "../../core/experiment/dataConfig";
import type { ExpressionDataset } from "./expressionDataset";

export function readExpressions(data: ExpressionDataConfig, baseDirectory: string): Promise<ExpressionDataset> {
  return Promise.reject(new Error(`No ${JSON.stringify(data)} in ${baseDirectory} is read yet.`));
}
