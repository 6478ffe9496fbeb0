import type { UniptOptions } from "../../../src/core/petl/unipt/uniptOptions";

type Vector = readonly number[];
type Matrix = readonly Vector[];
/** Parameter values by this project's names: matrices as rows, vectors as one row. */
export type PlainParameters = Readonly<Record<string, Matrix>>;

export interface PlainResult {
  readonly tokens: Matrix;
  readonly confidence: Vector;
}

/** What the backbone says of one token: its final embedding, and which token that is. */
export interface PlainToken {
  readonly embedding?: Vector | undefined;
  readonly position: number;
}

/**
 * UniPT on token sequences with layer norm or none, for one sample, written with loops over numbers and nothing shared with the
 * graph builders: formula by formula from the paper's figure and the released encoders. With an embedding that is the anchor.
 */
export function plainUnipt(
  hiddenStates: readonly Matrix[],
  mask: Vector,
  layers: readonly number[],
  parameters: PlainParameters,
  options: UniptOptions,
  token: PlainToken = { position: 0 },
): PlainResult {
  const projected = (name: string, x: Matrix): Matrix => {
    const y = linear(parameters, name, x);
    return options.norm === "layer" ? layerNorm(parameters, `${name}.norm`, y) : y;
  };
  const active = (x: Matrix, activation: "none" | "relu"): Matrix => (activation === "relu" ? x.map(relu) : x);
  const down = (name: number | string, x: Matrix): Matrix => {
    const own = options.downsampleSharing === "shared" && name !== "anchor" ? "shared" : name;
    return projected(`downsample.${own}`, active(x, options.downsampleActivation));
  };
  const isEmbedding = options.anchor === "embedding";
  const rawAnchor = isEmbedding ? [token.embedding!] : hiddenStates.at(-1)!;
  const anchor = down(isEmbedding ? "anchor" : hiddenStates.length - 1, rawAnchor);
  const targets = layers.map((layer) => down(layer, hiddenStates[layer]!));
  const weights = layerWeights(anchor, targets, mask, parameters, options, token.position); // [L][N]
  const merged: Matrix[] = [];
  for (const [index, target] of targets.entries()) {
    const query = {
      last: anchor,
      self: target,
      learnable: anchor.map(() => parameters["query"]?.[0] ?? []),
      previous: merged[index - 1] ?? target,
    }[options.guide];
    merged.push(interact(query, target, mask, options, token.position));
  }
  let aggregate: Matrix = anchor.map((row, t) =>
    row.map((_, c) => sum(merged.map((layer, index) => weights[index]![t]! * layer[t]![c]!))),
  );
  if (options.projection === "linear") aggregate = projected("projection", aggregate);
  if (options.projection === "mlp") {
    aggregate = projected("projection", linear(parameters, "projection.hidden", aggregate).map(relu));
  }
  const adapted = anchor.map((row, t) =>
    row.map((value, c) => (options.residual === "bottleneck" ? value : 0) + aggregate[t]![c]!),
  );
  let tokens: Matrix = linear(parameters, "upsample", active(adapted, options.upsampleActivation));
  if (options.upsampleNorm === "layer") tokens = layerNorm(parameters, "upsample.norm", tokens);
  if (options.residual === "full-width")
    tokens = tokens.map((row, t) => row.map((value, c) => value + rawAnchor[t]![c]!));
  const anchorMask = isEmbedding ? [1] : mask;
  const valid = sum(anchorMask);
  const confidence = weights.map((layer) => sum(layer.map((weight, t) => (weight * anchorMask[t]!) / valid)));
  return { tokens, confidence };
}

function interact(query: Matrix, target: Matrix, mask: Vector, options: UniptOptions, position: number): Matrix {
  const ownRow = (row: number): number =>
    options.interaction === "attention-token" || options.anchor === "embedding" ? position : row;
  return query.map((q, row) => {
    const scores = target.map((f) => dot(q, f));
    const attention = options.interaction === "none" ? scores.map(() => 0) : normalize(scores, mask, q.length, options);
    const own = options.interaction === "attention" ? 0 : 1;
    return q.map((_, c) => sum(attention.map((a, column) => a * target[column]![c]!)) + own * target[ownRow(row)]![c]!);
  });
}

function normalize(scores: Vector, mask: Vector, width: number, options: UniptOptions): Vector {
  switch (options.normalizer) {
    case "relu-l1": {
      const positive = scores.map((score, i) => Math.max(0, score * mask[i]!));
      const total = sum(positive);
      const divisor = options.epsilonConvention === "add" ? total + options.epsilon : Math.max(total, options.epsilon);
      return positive.map((value) => value / divisor);
    }
    case "softmax":
      return softmax(scores.map((score, i) => (mask[i] ? score : -Infinity)));
    case "scaled-softmax":
      return softmax(scores.map((score, i) => (mask[i] ? score / Math.sqrt(width) : -Infinity)));
    case "sigmoid":
      return scores.map((score, i) => mask[i]! / (1 + Math.exp(-score)));
  }
}

/** Weight of each layer at each token. */
function layerWeights(
  anchor: Matrix,
  targets: readonly Matrix[],
  mask: Vector,
  parameters: PlainParameters,
  { aggregation, pooling, anchor: kind }: UniptOptions,
  position: number,
): Matrix {
  const everywhere = (weights: Vector): Matrix => weights.map((weight) => anchor.map(() => weight));
  const gate = (x: Vector): number => linear(parameters, "gate", [x])[0]![0]!;
  const count = targets.length;
  switch (aggregation) {
    case "last":
      return everywhere(targets.map((_, layer) => (layer === count - 1 ? 1 : 0)));
    case "mean":
      return everywhere(targets.map(() => 1 / count));
    case "static":
      return everywhere(softmax(parameters["layerScores"]![0]!));
    case "sigmoid-gate": {
      // h ← μₗ h + (1 − μₗ) Mₗ, followed through for one unit of each layer in turn
      const gates = parameters["layerGates"]![0]!.map((score) => 1 / (1 + Math.exp(-score / 0.1)));
      return everywhere(
        targets.map((_, unit) =>
          targets.reduce((h, _layer, layer) => {
            const own = layer === unit ? 1 : 0;
            return layer === 0 ? own : gates[layer - 1]! * h + (1 - gates[layer - 1]!) * own;
          }, 0),
        ),
      );
    }
    case "confidence": {
      const pooled = targets.map((target) => pool(target, mask, pooling, position));
      const p = kind === "embedding" ? anchor[0]! : pool(anchor, mask, pooling, position);
      return everywhere(softmax(pooled.map((target) => gate(target.map((value, c) => value * p[c]!)))));
    }
    case "per-token": {
      const perToken = anchor.map((a, t) =>
        softmax(targets.map((target) => gate(target[t]!.map((v, c) => v * a[c]!)))),
      );
      return targets.map((_, layer) => perToken.map((weights) => weights[layer]!));
    }
  }
}

function pool(tokens: Matrix, mask: Vector, pooling: UniptOptions["pooling"], position: number): Vector {
  const valid = tokens.filter((_, t) => mask[t]);
  return tokens[position]!.map((own, c) => {
    if (pooling === "cls") return own;
    const column = valid.map((token) => token[c]!);
    return pooling === "mean" ? sum(column) / column.length : Math.max(...column);
  });
}

function linear(parameters: PlainParameters, name: string, x: Matrix): Matrix {
  const [weight, bias] = [parameters[`${name}.weight`]!, parameters[`${name}.bias`]![0]!];
  return x.map((row) => weight.map((w, out) => dot(row, w) + bias[out]!));
}

function layerNorm(parameters: PlainParameters, name: string, x: Matrix): Matrix {
  const [weight, bias] = [parameters[`${name}.weight`]![0]!, parameters[`${name}.bias`]![0]!];
  return x.map((row) => {
    const mean = sum(row) / row.length;
    const variance = sum(row.map((value) => (value - mean) ** 2)) / row.length;
    return row.map((value, c) => ((value - mean) / Math.sqrt(variance + 1e-5)) * weight[c]! + bias[c]!);
  });
}

const sum = (values: Vector): number => values.reduce((total, value) => total + value, 0);
const dot = (a: Vector, b: Vector): number => sum(a.map((value, i) => value * b[i]!));
const relu = (row: Vector): Vector => row.map((value) => Math.max(0, value));
function softmax(scores: Vector): Vector {
  const largest = Math.max(...scores);
  const powers = scores.map((score) => Math.exp(score - largest));
  return powers.map((power) => power / sum(powers));
}
