import { unipt } from "../../core/petl/unipt/unipt";
import type { TrainingCase } from "./benchCase";
import { declareHiddenStates, hiddenStateData, uniformTensor } from "./hiddenStateCase";

const STATES = 13;
const TOKENS = 50;
const WIDTH = 768;
const EMBEDDING = 512;

/** UniPT's CLIP4Clip frame form at real size: 13 hidden states of 32 frames beside one projected class token each, r = 1. */
export const clip4ClipImage: TrainingCase = {
  kind: "training",
  defaultBatch: 32,
  forward(scope, batch) {
    const hiddenStates = declareHiddenStates(scope, STATES, [batch, TOKENS, WIDTH]);
    const embedding = scope.g.input("embedding", "float32", [batch, EMBEDDING]);
    const { tokens } = unipt.build(scope, { hiddenStates, embedding }, { name: "unipt", preset: "clip4clip-image" });
    return scope.g.squeeze(tokens, [1]); // [B, E]
  },
  data: (batch) => ({
    ...hiddenStateData(STATES, [batch, TOKENS, WIDTH]),
    embedding: uniformTensor("embedding", [batch, EMBEDDING]),
  }),
};
