import type { Value } from "../../graph/graphBuilder";
import type { Shape, Tensor } from "../../graph/tensor";
import { tensor } from "../../graph/tensor";
import type { ModelScope } from "../modelContext";
import { reverseRows } from "./positionTable";

interface Direction {
  /** W_i x + b_i at every step, [N, 3h]. */
  readonly input: Value;
  /** W_h transposed, [h, 3h]. */
  readonly stateWeight: Value;
  /** b_h, [1, 3h]. */
  readonly stateBias: Value;
}

/**
 * One-layer bidirectional GRU over a constant sequence that all samples share, its two directions averaged:
 *
 *   r, z = σ( W_i x + b_i + W_h h + b_h ),   n = tanh( W_in x + b_in + r ⊙ (W_hn h + b_hn) ),   h ← (1 − z) n + z h
 *
 * Weights stack the gates in the order r, z, n, as PyTorch does. With a mask the sequences are packed: the backward direction
 * starts at each sample's last valid position, and states at padding mean nothing. Unrolled, since no looping operator
 * can be differentiated here; both directions share one set of nodes per step.
 *
 * sequence [N, p], mask [B, N] → [N, B, h] (B = 1 without a mask: all samples are alike).
 */
export function bidirectionalGru(
  scope: ModelScope,
  sequence: Tensor<"float32">,
  mask: Value | undefined,
  hiddenDim: number,
): Value {
  const { g } = scope;
  const [length = 1] = sequence.shape;
  const directions = [
    direction(scope.scope("forward"), sequence, hiddenDim),
    direction(scope.scope("backward"), reverseRows(sequence), hiddenDim),
  ];
  const stacked = (part: (direction: Direction) => Value, axis: number): Value =>
    g.concat(
      directions.map((one) => g.unsqueeze(part(one), [axis])),
      axis,
    );
  /** [N, 2, …] → N × [2, …]. */
  const steps = (values: Value, shape: Shape): Value[] => {
    const joined = g.reshape(values, [2 * length, ...shape]);
    return length === 1 ? [joined] : g.split(joined, Array(length).fill(2) as number[], 0);
  };
  const sizes = [2 * hiddenDim, hiddenDim];
  const [gateInputs, candidateInputs] = g.split(
    stacked((one) => one.input, 1),
    sizes,
    2,
  ) as [Value, Value];
  const gateSteps = steps(gateInputs, [1, 2 * hiddenDim]); // N × [2, 1, 2h]
  const candidateSteps = steps(candidateInputs, [1, hiddenDim]); // N × [2, 1, h]
  const maskSteps = mask && steps(stepMasks(scope, mask), [mask.shape[0] ?? 1, 1]); // N × [2, B, 1]
  const stateWeight = stacked((one) => one.stateWeight, 0); // [2, h, 3h]
  const stateBias = stacked((one) => one.stateBias, 0); // [2, 1, 3h]

  const states: Value[] = [];
  let state: Value | undefined; // [2, B, h]
  for (let step = 0; step < length; step++) {
    const recurrent = state ? g.add(g.matMul(state, stateWeight), stateBias) : stateBias; // [2, B, 3h]
    const [gateRecurrent, candidateRecurrent] = g.split(recurrent, sizes, 2) as [Value, Value];
    const gates = g.sigmoid(g.add(gateRecurrent, gateSteps[step] as Value)); // [2, B, 2h]
    const [reset, update] = g.split(gates, [hiddenDim, hiddenDim], 2) as [Value, Value];
    const candidate = g.tanh(g.add(candidateSteps[step] as Value, g.mul(reset, candidateRecurrent))); // [2, B, h]
    // (1 − z) n + z h
    state = g.add(candidate, g.mul(update, state ? g.sub(state, candidate) : g.neg(candidate)));
    const stepMask = maskSteps?.[step];
    if (stepMask) state = g.mul(state, stepMask); // padding leaves the backward state at 0
    states.push(state);
  }
  const batch = state?.shape[1] ?? 1;
  const all = g.reshape(g.concat(states, 0), [length, 2, batch, hiddenDim]); // [N, 2, B, h]
  const [forward, reversed] = g.split(all, [1, 1], 1) as [Value, Value]; // [N, 1, B, h]
  const backward = g.gather(reversed, reversedIndices(scope, length));
  return g.mul(g.squeeze(g.add(forward, backward), [1]), g.scalar(0.5)); // [N, B, h]
}

function direction(scope: ModelScope, sequence: Tensor<"float32">, hiddenDim: number): Direction {
  const { g } = scope;
  const inputDim = sequence.shape[1] ?? 1;
  const initialization = { kind: "uniform", bound: 1 / Math.sqrt(hiddenDim) } as const;
  const inputWeight = scope.parameter("inputWeight", [3 * hiddenDim, inputDim], initialization);
  const stateWeight = scope.parameter("stateWeight", [3 * hiddenDim, hiddenDim], initialization);
  const inputBias = scope.parameter("inputBias", [3 * hiddenDim], initialization);
  const stateBias = scope.parameter("stateBias", [3 * hiddenDim], initialization);
  return {
    input: g.gemm(g.constant(sequence), inputWeight, inputBias, { transB: true }),
    stateWeight: g.transpose(stateWeight, [1, 0]),
    stateBias: g.unsqueeze(stateBias, [0]),
  };
}

/** Validity at each step of both directions, mask [B, N] → [N, 2, B, 1]; the forward direction never meets padding first. */
function stepMasks({ g }: ModelScope, mask: Value): Value {
  const [batch = 1, length = 1] = mask.shape;
  const forward = g.transpose(mask, [1, 0]); // [N, B]
  const backward = g.gather(forward, reversedIndices({ g }, length));
  return g.reshape(g.concat([forward, backward], 1), [length, 2, batch, 1]);
}

function reversedIndices({ g }: Pick<ModelScope, "g">, length: number): Value {
  return g.constant(
    tensor(
      "int64",
      [length],
      Array.from({ length }, (_, index) => length - 1 - index),
    ),
  );
}
