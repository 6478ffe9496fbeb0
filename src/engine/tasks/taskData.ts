import type { ExperimentConfig } from "../../core/experiment/experimentConfig";
import type { SideName } from "../../core/experiment/sides";
import type { DataProblem } from "../datasets/dataset";
import type { FeatureSource } from "../features/featureSource";
import type { SideInput } from "../training/sideInput";
import type { TrainingTask } from "../training/trainingTask";
import { type ClipData, readClipData } from "./clipData";
import { type GroundingData, readGroundingData } from "./groundingData";
import { type QuestionData, readQuestionData } from "./questionData";
import { readRetrievalData, type RetrievalData } from "./retrievalData";

/** The data of an experiment as its task understands them, and what is made of them. */
export interface TaskData {
  /** What was left out, and why. */
  readonly problems: readonly DataProblem[];
  /**
   * What the backbone of a side is fed with.
   * @throws UserError when a file is missing or unsuitable
   */
  source(side: SideName): Promise<FeatureSource>;
  /** @throws UserError when a split has nothing to train or to evaluate on */
  build(inputs: SideInputs): TrainingTask;
}

/** The sides of a run, ready to be read. */
export interface SideInputs {
  of(side: SideName): SideInput;
  /** Whether the side's source could load this item. */
  has(side: SideName, item: number): boolean;
}

/** Data of any task, told apart by `task`. */
export type AnyTaskData = RetrievalData | ClipData | QuestionData | GroundingData;

/**
 * Reads the data of an experiment.
 * @throws UserError when files are missing or hold nothing usable
 */
export function readTaskData(config: ExperimentConfig, baseDirectory: string): Promise<AnyTaskData> {
  switch (config.task) {
    case "image-text-retrieval":
      return readRetrievalData(config, baseDirectory);
    case "video-text-retrieval":
      return readClipData(config, baseDirectory);
    case "visual-question-answering":
    case "compositional-question-answering":
      return readQuestionData(config, baseDirectory);
    case "visual-grounding":
      return readGroundingData(config, baseDirectory);
  }
}
