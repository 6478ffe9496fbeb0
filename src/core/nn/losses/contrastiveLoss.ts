import { z } from "zod";
import type { Value } from "../../graph/graphBuilder";
import type { ModelScope } from "../modelContext";
import { InfoNceConfig, infoNceLoss } from "./infoNce";
import { type TrainingPosition, TripletConfig, tripletHingeLoss } from "./tripletHinge";

/** The `loss` of a retrieval experiment. */
export const ContrastiveLossConfig = z.discriminatedUnion("name", [InfoNceConfig, TripletConfig]);
export type ContrastiveLossConfig = z.infer<typeof ContrastiveLossConfig>;

/** Loss of matching rows, image and text [B, E] of length 1 → scalar. */
export function contrastiveLoss(
  scope: ModelScope,
  image: Value,
  text: Value,
  config: ContrastiveLossConfig,
  position: TrainingPosition | undefined,
): Value {
  switch (config.name) {
    case "info-nce":
      return infoNceLoss(scope, image, text, config.scale);
    case "triplet":
      return tripletHingeLoss(scope.g, image, text, config, position);
  }
}
