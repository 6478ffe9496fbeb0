import { fromData } from "../../core/graph/tensor";
import { unipt } from "../../core/petl/unipt/unipt";
import type { TrainingCase } from "./benchCase";
import { declareHiddenStates, hiddenStateData } from "./hiddenStateCase";

const STATES = 13;
const TOKENS = 260;
const WIDTH = 768;

/** UniPT's CLIP-ViL form at real size: 13 hidden states of 8 questions with 20 words and 240 cells each, r = 2. */
export const clipVil: TrainingCase = {
  kind: "training",
  defaultBatch: 8,
  forward(scope, batch) {
    const hiddenStates = declareHiddenStates(scope, STATES, [batch, TOKENS, WIDTH]);
    const mask = scope.g.input("mask", "float32", [batch, TOKENS]);
    return unipt.build(scope, { hiddenStates, mask }, { name: "unipt", preset: "clip-vil" }).tokens;
  },
  data: (batch) => ({
    ...hiddenStateData(STATES, [batch, TOKENS, WIDTH]),
    mask: fromData("float32", [batch, TOKENS], new Float32Array(batch * TOKENS).fill(1)),
  }),
};
