import { fromData } from "../../core/graph/tensor";
import { uniform } from "../../core/nn/random";
import { unipt } from "../../core/petl/unipt/unipt";
import type { TrainingCase } from "./benchCase";
import { declareHiddenStates, hiddenStateData } from "./hiddenStateCase";

const STATES = 13;
const TOKENS = 16;
const WIDTH = 768;
const SHORTEST = 6;

/** UniPT's VSE∞ text form at real size: 13 hidden states of 112 captions of up to 16 tokens, E = 1024, r = 2. */
export const vseText: TrainingCase = {
  kind: "training",
  defaultBatch: 112,
  forward(scope, batch) {
    const hiddenStates = declareHiddenStates(scope, STATES, [batch, TOKENS, WIDTH]);
    const mask = scope.g.input("mask", "float32", [batch, TOKENS]);
    return unipt.build(scope, { hiddenStates, mask }, { name: "unipt", preset: "vse-infinity-text" }).tokens;
  },
  data(batch) {
    const lengths = uniform({ seed: 0, stream: "lengths" }, batch).map(
      (value) => SHORTEST + Math.floor(value * (TOKENS - SHORTEST + 1)),
    );
    const mask = Float32Array.from({ length: batch * TOKENS }, (_, at) =>
      at % TOKENS < (lengths[Math.floor(at / TOKENS)] ?? 0) ? 1 : 0,
    );
    return { ...hiddenStateData(STATES, [batch, TOKENS, WIDTH]), mask: fromData("float32", [batch, TOKENS], mask) };
  },
};
