import { fromData, type Tensor } from "../../core/graph/tensor";
import { uniform } from "../../core/nn/random";
import { unipt } from "../../core/petl/unipt/unipt";
import type { TrainingCase } from "./benchCase";

const STATES = 13;
const TOKENS = 16;
const WIDTH = 768;
const SHORTEST = 6;

/** UniPT's VSE∞ text form at real size: 13 hidden states of 112 captions of up to 16 tokens, E = 1024, r = 2. */
export const vseText: TrainingCase = {
  kind: "training",
  defaultBatch: 112,
  forward(scope, batch) {
    const { g } = scope;
    const hiddenStates = Array.from({ length: STATES }, (_, index) =>
      g.input(`hiddenState.${index}`, "float32", [batch, TOKENS, WIDTH]),
    );
    const mask = g.input("mask", "float32", [batch, TOKENS]);
    return unipt.build(scope, { hiddenStates, mask }, { name: "unipt", preset: "vse-infinity-text" }).tokens;
  },
  data(batch) {
    const feeds: Record<string, Tensor> = {};
    for (let index = 0; index < STATES; index++) {
      const values = uniform({ seed: 0, stream: `hiddenState.${index}` }, batch * TOKENS * WIDTH);
      feeds[`hiddenState.${index}`] = fromData(
        "float32",
        [batch, TOKENS, WIDTH],
        values.map((value) => 2 * value - 1),
      );
    }
    const lengths = uniform({ seed: 0, stream: "lengths" }, batch).map(
      (value) => SHORTEST + Math.floor(value * (TOKENS - SHORTEST + 1)),
    );
    const mask = Float32Array.from({ length: batch * TOKENS }, (_, at) =>
      at % TOKENS < (lengths[Math.floor(at / TOKENS)] ?? 0) ? 1 : 0,
    );
    return { ...feeds, mask: fromData("float32", [batch, TOKENS], mask) };
  },
};
