import { UserError } from "../../errors";
import type { Attributes } from "../../graph/graph";
import { floatAttribute, int, intAttribute, ints } from "../../graph/graph";
import { tensor } from "../../graph/tensor";
import type { RawNode } from "./rawNode";
import type { UpgradeContext, UpgradeRule } from "./upgradeContext";

/** Fused attention and rotary positions of opset 23, written out. Shape arithmetic disappears once sizes are fixed. */

/** As low as the element type goes: what hides a score from the softmax. */
const lowest = { float32: -3.4028234663852886e38, float16: -65504, float64: -Number.MAX_VALUE } as const;

/**
 * softmax(scale · Q Kᵀ + mask) V for Q [B, H, N, D] and K, V [B, H′, M, D] (or [B, N, H·D] with the number of heads given);
 * a head of K serves H / H′ heads of Q.
 */
export const attention: UpgradeRule = (node, context) => {
  const [query = "", key = "", value = "", mask = "", ...cache] = node.inputs;
  const hasCache = cache.some((name) => name !== "") || node.outputs.slice(1).some((name) => context.isRead(name));
  if (hasCache || floatAttribute(node.attributes, "softcap", 0) !== 0)
    throw new UserError(
      `${context.label}: attention "${node.name}" keeps a cache or caps its scores, which is not supported; export with opset 20.`,
    );
  const queryHeads = intAttribute(node.attributes, "q_num_heads", 0);
  const keyHeads = intAttribute(node.attributes, "kv_num_heads", 0);
  const isFlat = queryHeads > 0 && context.shape(query)?.length !== 4;
  const split = (name: string, heads: number): string => (isFlat ? splitHeads(name, heads, context) : name);
  const q = split(query, queryHeads);
  const [k, v] = [split(key, keyHeads), split(value, keyHeads)].map((name, index) =>
    isFlat
      ? repeatHeads(name, q, queryHeads === keyHeads, context)
      : repeatHeads(name, q, hasSameHeads(query, index === 0 ? key : value, context), context),
  ) as [string, string];

  const product = context.op("MatMul", [q, context.op("Transpose", [k], { perm: ints([0, 1, 3, 2]) })]); // [B, H, N, M]
  const scaled = context.op("Mul", [product, scaleOf(node, q, context)]);
  const isCausal = intAttribute(node.attributes, "is_causal", 0) !== 0;
  const visible = isCausal ? hideLater(scaled, context) : scaled;
  const softmax = context.op("Softmax", [masked(visible, mask, context)], { axis: int(-1) });
  // A row whose every position is hidden attends to nothing.
  const weights = context.dtype(mask) === "bool" ? hide(softmax, mask, 0, context) : softmax;
  if (!isFlat) return primitive(node, "MatMul", [weights, v]);
  return primitive(node, "Reshape", [
    mergeHeads(context.op("MatMul", [weights, v]), context),
    context.ints([0, 0, -1]),
  ]);
};

function primitive(node: RawNode, opType: string, inputs: readonly string[], attributes: Attributes = {}): RawNode {
  return { name: node.name, opType, domain: "", inputs, outputs: node.outputs.slice(0, 1), attributes };
}

/** [B, N, H·D] as [B, H, N, D]. */
function splitHeads(name: string, heads: number, context: UpgradeContext): string {
  const split = context.op("Reshape", [name, context.ints([0, 0, heads, -1])]);
  return context.op("Transpose", [split], { perm: ints([0, 2, 1, 3]) });
}

/** [B, H, N, D] as [B, N, H, D]. */
function mergeHeads(name: string, context: UpgradeContext): string {
  return context.op("Transpose", [name], { perm: ints([0, 2, 1, 3]) });
}

function hasSameHeads(query: string, key: string, context: UpgradeContext): boolean {
  const [q, k] = [context.shape(query)?.[1], context.shape(key)?.[1]];
  return typeof q === "number" && q === k;
}

/** Repeats each head of K or V [B, H′, M, D] for the heads of Q that share it: [B, H, M, D]. */
function repeatHeads(name: string, query: string, areEqual: boolean, context: UpgradeContext): string {
  if (areEqual) return name;
  const part = (value: string, start: number, end: number): string =>
    context.op("Shape", [value], { start: int(start), end: int(end) });
  const one = context.ints([1]);
  const copies = context.op("Div", [part(query, 1, 2), part(name, 1, 2)]);
  const target = context.op("Concat", [one, one, copies, one, one], { axis: int(0) });
  const repeated = context.op("Expand", [context.op("Unsqueeze", [name, context.ints([2])]), target]);
  const shape = context.op("Concat", [part(name, 0, 1), part(query, 1, 2), part(name, 2, 4)], { axis: int(0) });
  return context.op("Reshape", [repeated, shape]);
}

/** The `scale` attribute, by default 1 / √D. */
function scaleOf(node: RawNode, query: string, context: UpgradeContext): string {
  const dtype = context.dtype(query);
  const given = floatAttribute(node.attributes, "scale", 0);
  if (given !== 0) return context.scalar(given, dtype);
  const width = context.op("Squeeze", [context.op("Shape", [query], { start: int(3), end: int(4) })]);
  const floating = context.op("Cast", [width], { to: { kind: "string", value: dtype } });
  return context.op("Reciprocal", [context.op("Sqrt", [floating])]);
}

/** `value` where it is visible, else `instead`. */
function hide(value: string, isVisible: string, instead: number, context: UpgradeContext): string {
  return context.op("Where", [isVisible, value, context.scalar(instead, context.dtype(value))]);
}

function hideScores(scores: string, isVisible: string, context: UpgradeContext): string {
  return hide(scores, isVisible, lowest[context.dtype(scores) as keyof typeof lowest], context);
}

/** Position n sees the positions up to n. */
function hideLater(scores: string, context: UpgradeContext): string {
  const size = context.op("Shape", [scores], { start: int(2), end: int(4) });
  const ones = { kind: "tensor", value: tensor("int64", [1], [1]) } as const;
  const triangle = context.op("Trilu", [context.op("ConstantOfShape", [size], { value: ones })], { upper: int(0) });
  return hideScores(scores, context.op("Cast", [triangle], { to: { kind: "string", value: "bool" } }), context);
}

/** Boolean masks say what is visible; others are added. */
function masked(scores: string, mask: string, context: UpgradeContext): string {
  if (mask === "") return scores;
  return context.dtype(mask) === "bool" ? hideScores(scores, mask, context) : context.op("Add", [scores, mask]);
}

/** Turns pairs of channels (the two halves, or neighbours) of X [B, H, N, D] by angles that depend on the position. */
export const rotaryEmbedding: UpgradeRule = (node, context) => {
  const [input = "", cosCache = "", sinCache = "", positions = ""] = node.inputs;
  const heads = intAttribute(node.attributes, "num_heads", 0);
  const isFlat = context.shape(input)?.length === 3;
  const isInterleaved = intAttribute(node.attributes, "interleaved", 0) !== 0;
  const rotated = intAttribute(node.attributes, "rotary_embedding_dim", 0);
  if ((isFlat && heads === 0) || (isInterleaved && rotated > 0))
    throw new UserError(
      `${context.label}: rotary embedding "${node.name}" is of a form that is not supported; export with opset 20.`,
    );
  const x = isFlat ? splitHeads(input, heads, context) : input;
  const angles = (cache: string): string => {
    const rows = positions === "" ? cache : context.op("Gather", [cache, positions]); // [B, N, r / 2]
    return context.op("Unsqueeze", [rows, context.ints([1])]); // [B, 1, N, r / 2]
  };
  const [cos, sin] = [angles(cosCache), angles(sinCache)];
  const [first, second, rest] = isInterleaved ? neighbours(x, context) : halves(x, cos, rotated > 0, context);
  const times = (a: string, b: string): string => context.op("Mul", [a, b]);
  const turned = [
    context.op("Sub", [times(first, cos), times(second, sin)]),
    context.op("Add", [times(first, sin), times(second, cos)]),
  ];
  const joined = isInterleaved
    ? context.op("Reshape", [interleaved(turned, context), context.op("Shape", [x])])
    : context.op("Concat", rest === undefined ? turned : [...turned, rest], { axis: int(-1) });
  if (!isFlat) return primitive(node, "Identity", [joined]);
  return primitive(node, "Reshape", [mergeHeads(joined, context), context.ints([0, 0, -1])]);
};

function lastAxisSlice(x: string, start: string, end: string, step: number, context: UpgradeContext): string {
  return context.op("Slice", [x, start, end, context.ints([-1]), context.ints([step])]);
}

/** Channels [0, r/2), [r/2, r) and, where only a part is turned, [r, D). */
function halves(x: string, cos: string, isPartial: boolean, context: UpgradeContext): [string, string, string?] {
  const half = context.op("Shape", [cos], { start: int(3), end: int(4) });
  const whole = context.op("Add", [half, half]);
  const first = lastAxisSlice(x, context.ints([0]), half, 1, context);
  const second = lastAxisSlice(x, half, whole, 1, context);
  return isPartial ? [first, second, lastAxisSlice(x, whole, context.ints([2 ** 63]), 1, context)] : [first, second];
}

/** Even and odd channels. */
function neighbours(x: string, context: UpgradeContext): [string, string, string?] {
  const end = context.ints([2 ** 63]);
  return [lastAxisSlice(x, context.ints([0]), end, 2, context), lastAxisSlice(x, context.ints([1]), end, 2, context)];
}

function interleaved(parts: readonly string[], context: UpgradeContext): string {
  const columns = parts.map((part) => context.op("Unsqueeze", [part, context.ints([-1])]));
  return context.op("Concat", columns, { axis: int(-1) });
}
