import type { ClipDataConfig } from "../../core/experiment/dataConfig";
import type { ClipDataset } from "./clipDataset";

export function readClips(data: ClipDataConfig, baseDirectory: string): Promise<ClipDataset> {
  return Promise.reject(new Error(`No ${JSON.stringify(data)} in ${baseDirectory} is read yet.`));
}
