import { UserError } from "../errors";
import type { Value } from "../graph/graphBuilder";
import type { OpBuilder } from "../graph/opBuilder";
import { groundingHeads, type GroundingHeadsOptions, type GroundingLayer } from "../nn/heads/groundingHeads";
import type { GroundingPrediction } from "../nn/losses/groundingLoss";
import type { ModelScope } from "../nn/modelContext";
import type { MethodInput, MethodOutput } from "../petl/method";
import { buildMethod, type MethodConfig } from "../petl/methods";

export interface VisualGroundingConfig {
  readonly method: MethodConfig;
  /** Tokens of the text within the encoder's sequence: the first, and the one behind the last. */
  readonly textTokens: readonly [first: number, end: number];
  readonly heads: GroundingHeadsOptions;
}

export interface VisualGroundingOutput {
  readonly method: MethodOutput;
  /** Of the decoder's tapped layers, low to high, for auxiliary losses; the last one is the model's. */
  readonly predictions: readonly GroundingPrediction[];
}

/**
 * MDETR with a frozen backbone (MDETR/models/mdetr.py): the method adapts what encoder and decoder give, and heads that all
 * outputs share say of every query which tokens it means and where its box is. The text's side of the alignment is the frozen
 * encoder's last tapped feature of its tokens.
 *
 * Probes have no part for a decoder: they see each query's own states instead of a mean over queries.
 * @throws UserError when options, heads and hidden states do not fit together
 */
export function buildVisualGrounding(
  scope: ModelScope,
  input: MethodInput,
  config: VisualGroundingConfig,
): VisualGroundingOutput {
  const { g } = scope;
  const memory = input.hiddenStates.at(-1);
  if (!memory || !input.decoderStates)
    throw new UserError('Grounding reads an encoder and a decoder; name "hiddenStates" and "decoderStates".');
  const [first, end] = config.textTokens;
  const textTokens = g.slice(memory, 1, first, end); // [B, T, C]
  const side = scope.scope("joint");
  const method =
    config.method.name === "unipt"
      ? buildMethod(side, input, config.method)
      : probeQueries(side, input.decoderStates, config.method);
  const outputs = [...(method.decoder?.auxiliaryTokens ?? []), method.tokens];
  checkStarts(config.heads, { query: method.tokens.shape.at(-1) ?? 1, token: memory.shape.at(-1) ?? 1 });
  return { method, predictions: groundingHeads(scope.scope("heads"), outputs, textTokens, config.heads) };
}

/** 1 − probability of "no object" of every query, [B, Q]. */
export function objectScores(g: OpBuilder, logits: Value): Value {
  const slotCount = logits.shape[2] ?? 1;
  const noObject = g.slice(g.softmax(logits), 2, slotCount - 1, slotCount);
  return g.sub(g.scalar(1), g.squeeze(noObject, [2]));
}

/** A method that pools tokens, on one query at a time: [B, Q, C_l] → [B, Q, E]. */
function probeQueries(scope: ModelScope, states: readonly Value[], config: MethodConfig): MethodOutput {
  const { g } = scope;
  const [batch = 1, queries = 1] = states[0]?.shape ?? [];
  const hiddenStates = states.map((state) => g.reshape(state, [batch * queries, 1, state.shape[2] ?? 1]));
  const { tokens } = buildMethod(scope, { hiddenStates }, config); // [B·Q, 1, E]
  return { tokens: g.reshape(tokens, [batch, queries, tokens.shape.at(-1) ?? 1]) };
}

/** Heads that were trained before fit features of one width only. */
function checkStarts(
  { start = {}, slotCount, alignmentDim }: GroundingHeadsOptions,
  width: { query: number; token: number },
): void {
  const expected: Readonly<Record<GroundingLayer, readonly [number | undefined, number]>> = {
    classHead: [slotCount, width.query],
    "boxHead.0": [width.query, width.query],
    "boxHead.1": [width.query, width.query],
    "boxHead.2": [4, width.query],
    queryProjection: [alignmentDim, width.query],
    tokenProjection: [alignmentDim, width.token],
  };
  for (const [layer, values] of Object.entries(start)) {
    const [outputDim, inputDim] = expected[layer as GroundingLayer];
    const [rows = 0, columns = 0] = values.weight.shape;
    if (columns === inputDim && rows === (outputDim ?? rows)) continue;
    throw new UserError(
      `"heads.pretrained.${layer}" is a layer from ${columns} to ${rows} numbers, but one from ${inputDim} to ${outputDim ?? rows} is needed; correct its names, "joint.method.embedDim" or "heads".`,
    );
  }
}
