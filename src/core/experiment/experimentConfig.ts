import { z } from "zod";
import { ImageTextRetrievalConfig } from "./tasks/imageTextRetrievalConfig";
import { CompositionalQuestionAnsweringConfig, VisualQuestionAnsweringConfig } from "./tasks/questionAnsweringConfig";
import { VideoTextRetrievalConfig } from "./tasks/videoTextRetrievalConfig";
import { VisualGroundingConfig } from "./tasks/visualGroundingConfig";

/** One experiment file, complete with defaults. Paths are relative to the file. Tasks are told apart by `task`. */
export const ExperimentConfig = z.discriminatedUnion("task", [
  ImageTextRetrievalConfig,
  VideoTextRetrievalConfig,
  VisualQuestionAnsweringConfig,
  CompositionalQuestionAnsweringConfig,
  VisualGroundingConfig,
]);

export type ExperimentConfig = z.infer<typeof ExperimentConfig>;
export type TaskName = ExperimentConfig["task"];
