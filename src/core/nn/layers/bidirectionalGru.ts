import type { Value } from "../../graph/graphBuilder";
import type { Tensor } from "../../graph/tensor";
import { tensor } from "../../graph/tensor";
import type { ModelScope } from "../modelContext";
import { reverseRows } from "./positionTable";

interface Direction {
  /** Input's share of reset and update gate, both biases included, [N, 2h]; of the candidate, input bias included, [N, h]. */
  readonly inputGates: Value;
  readonly inputCandidate: Value;
  /** State's share: [h, 2h] and [h, h] with bias [h]. */
  readonly stateGates: Value;
  readonly stateCandidate: Value;
  readonly candidateBias: Value;
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
  const steps = (values: Value): Value[] =>
    length === 1 ? [values] : g.split(values, Array(length).fill(1) as number[], 0);
  const inputGates = steps(stacked((one) => one.inputGates, 1)); // N × [1, 2, 2h]
  const inputCandidates = steps(stacked((one) => one.inputCandidate, 1)); // N × [1, 2, h]
  const masks = mask && steps(stepMasks(scope, mask)); // N × [1, 2, B, 1]
  const stateGates = stacked((one) => one.stateGates, 0); // [2, h, 2h]
  const stateCandidate = stacked((one) => one.stateCandidate, 0); // [2, h, h]
  const candidateBias = g.unsqueeze(
    stacked((one) => one.candidateBias, 0),
    [1],
  ); // [2, 1, h]

  const states: Value[] = [];
  let state: Value | undefined; // [2, B, h]
  for (let step = 0; step < length; step++) {
    const inputGate = g.reshape(inputGates[step] as Value, [2, 1, 2 * hiddenDim]);
    const inputCandidate = g.reshape(inputCandidates[step] as Value, [2, 1, hiddenDim]);
    const gates = g.sigmoid(state ? g.add(g.matMul(state, stateGates), inputGate) : inputGate); // [2, B, 2h]
    const [reset, update] = g.split(gates, [hiddenDim, hiddenDim], 2) as [Value, Value];
    const recurrent = state ? g.add(g.matMul(state, stateCandidate), candidateBias) : candidateBias;
    const candidate = g.tanh(g.add(inputCandidate, g.mul(reset, recurrent))); // [2, B, h]
    const change = g.mul(update, state ? g.sub(state, candidate) : g.neg(candidate));
    state = g.add(candidate, change);
    const stepMask = masks?.[step];
    if (stepMask) state = g.mul(state, g.squeeze(stepMask, [0])); // padding leaves the backward state at 0
    states.push(g.unsqueeze(state, [0]));
  }
  const all = g.concat(states, 0); // [N, 2, B, h]
  const forward = g.squeeze(g.slice(all, 1, 0, 1), [1]); // [N, B, h]
  const backward = g.gather(g.squeeze(g.slice(all, 1, 1, 2), [1]), reversedIndices(scope, length)); // [N, B, h]
  return g.mul(g.add(forward, backward), g.scalar(0.5));
}

function direction(scope: ModelScope, sequence: Tensor<"float32">, hiddenDim: number): Direction {
  const { g } = scope;
  const inputDim = sequence.shape[1] ?? 1;
  const initialization = { kind: "uniform", bound: 1 / Math.sqrt(hiddenDim) } as const;
  const inputWeight = scope.parameter("inputWeight", [3 * hiddenDim, inputDim], initialization);
  const stateWeight = scope.parameter("stateWeight", [3 * hiddenDim, hiddenDim], initialization);
  const inputBias = scope.parameter("inputBias", [3 * hiddenDim], initialization);
  const stateBias = scope.parameter("stateBias", [3 * hiddenDim], initialization);
  const sizes = [2 * hiddenDim, hiddenDim];
  const input = g.gemm(g.constant(sequence), inputWeight, inputBias, { transB: true }); // [N, 3h]
  const [inputGates, inputCandidate] = g.split(input, sizes, 1) as [Value, Value];
  const [gateBias, candidateBias] = g.split(stateBias, sizes, 0) as [Value, Value];
  const [stateGates, stateCandidate] = g.split(g.transpose(stateWeight, [1, 0]), sizes, 1) as [Value, Value];
  return { inputGates: g.add(inputGates, gateBias), inputCandidate, stateGates, stateCandidate, candidateBias };
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
