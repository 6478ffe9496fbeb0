import type { GraphNode } from "../../graph/graph";
import type { DataFlow } from "./dataFlow";
import { type Boundary, findBoundaries, isActivation } from "./joins";
import type { Trunk, Waist } from "./trunk";

/**
 * What shows that a value is a hidden state: `start` is what enters the first block; the others end a residual block, an
 * inverted residual, a stage of a feature pyramid, a chain of maps of one resolution, or the block and the final norm.
 */
export type HiddenStateOrigin = "start" | "residual" | "bottleneck" | "stage" | "resolution" | "final-norm";

/** A value of the residual stream and the nodes of the block that ends with it. */
export interface StreamValue {
  readonly value: string;
  readonly foundBy: HiddenStateOrigin;
  /** Empty for the first value, the embedding or stem. */
  readonly block: readonly GraphNode[];
}

/** The stream along one trunk: what enters the first block, then one value per block, or per stage of a feature pyramid. */
export function residualStream(trunk: Trunk, flow: DataFlow): StreamValue[] {
  const boundaries = findBoundaries(trunk, flow);
  const { waists, foundBy } = findStream(trunk, flow, boundaries);
  return waists.map((waist, index): StreamValue => {
    const from = index === 0 ? undefined : waists[index - 1];
    const block = from ? trunk.nodes.slice(from.position + 1, waist.position + 1) : [];
    return { value: waist.value, foundBy: from || foundBy === "resolution" ? foundBy : "start", block };
  });
}

interface Stream {
  readonly waists: readonly Waist[];
  readonly foundBy: HiddenStateOrigin;
}

function findStream(trunk: Trunk, flow: DataFlow, boundaries: readonly Boundary[]): Stream {
  const joins = boundaries.filter(({ kind }) => kind === "join");
  const attentionRuns = runsOf(joins, ({ shape }) => shape.join()).filter((run) =>
    run.some((join) => join.hasAttention),
  );
  const [onlyRun] = attentionRuns;
  if (attentionRuns.length === 1 && onlyRun) return { waists: blockWise(trunk, onlyRun), foundBy: "residual" };
  // Inverted residuals (MobileNet, EfficientNet) are tapped block by block, for many have no shortcut to show a stage.
  if (attentionRuns.length === 0 && boundaries.some(({ kind }) => kind === "bottleneck")) {
    const ends = boundaries.map(({ waist }) => trunk.waists[waist] as Waist);
    return { waists: [stem(trunk, flow, boundaries[0]), ...ends], foundBy: "bottleneck" };
  }
  const runs = runsOf(attentionRuns.length > 0 ? joins : boundaries, stageKey);
  const [firstRun = []] = runs;
  if (runs.length === 1 && firstRun.every(({ kind }) => kind === "join"))
    return { waists: blockWise(trunk, firstRun), foundBy: "residual" };
  if (runs.length > 1) return { waists: stageWise(trunk, flow, runs), foundBy: "stage" };
  return { waists: plainStages(trunk, flow), foundBy: "resolution" };
}

/** Maximal runs of neighbours with the same key. */
function runsOf<T>(items: readonly T[], key: (item: T) => string): T[][] {
  const runs: T[][] = [];
  let last: string | undefined;
  for (const item of items) {
    const current = key(item);
    if (current === last) runs.at(-1)?.push(item);
    else runs.push([item]);
    last = current;
  }
  return runs;
}

/** A stage keeps its shape; where layers are concatenated the channels grow within it. */
function stageKey({ kind, shape }: Boundary): string {
  return kind === "concat" ? shape.slice(2).join() : shape.join();
}

/** All blocks work on one shape: a transformer, or an isotropic network. */
function blockWise(trunk: Trunk, joins: readonly Boundary[]): Waist[] {
  const [first] = joins;
  if (!first) return [];
  const ends = blockEnds(joins);
  const tail = tailSignature(trunk, joins, ends.length > 1 ? ends : joins);
  const start = trunk.waists[first.waist - 1];
  const values = ends.map((end) => afterTail(trunk, end, tail));
  return start ? [start, ...values] : values;
}

/** The last join of each block. A block is the period of its parts (attention, perceptron, convolution …). */
function blockEnds(joins: readonly Boundary[]): Boundary[] {
  const kinds = joins.map(({ hasAttention }) => (hasAttention ? "attention" : "other"));
  const isMixed = new Set(kinds).size > 1;
  const period = periodOf(isMixed ? kinds : joins.map(({ signature }) => signature));
  const isRegular = period < joins.length || (isMixed && kinds.filter((kind) => kind === "attention").length <= 2);
  if (isRegular) return joins.filter((_, index) => (index + 1) % period === 0);
  // Irregular blocks begin with attention, as far as is known; without any, each part stands for itself.
  return isMixed ? joins.filter((_, index) => joins[index + 1]?.hasAttention ?? true) : [...joins];
}

/** The smallest period of a sequence that fills it a whole number of times. */
function periodOf(items: readonly string[]): number {
  for (let period = 1; period < items.length; period++)
    if (items.length % period === 0 && items.every((item, index) => item === items[index % period])) return period;
  return items.length;
}

/** Operators between the joins of a stream and what the next part reads: nothing (pre-norm), a norm (post-norm), a ReLU. */
function tailSignature(trunk: Trunk, joins: readonly Boundary[], ends: readonly Boundary[]): readonly string[] {
  const counts = new Map<string, number>();
  const successors = new Map(joins.map((join, index) => [join, joins[index + 1]]));
  for (const join of ends) {
    const next = successors.get(join);
    const from = trunk.waists[join.waist];
    const to = next && trunk.waists[next.waist - 1];
    if (!from || !to) continue;
    const tail = opTypes(trunk, from, to).join();
    counts.set(tail, (counts.get(tail) ?? 0) + 1);
  }
  const [tail = ""] = [...counts].sort((a, b) => b[1] - a[1]).map(([key]) => key);
  return tail === "" ? [] : tail.split(",");
}

function opTypes(trunk: Trunk, from: Waist, to: Waist): string[] {
  return trunk.nodes.slice(from.position + 1, to.position + 1).map((node) => node.opType);
}

/** The waist behind `boundary` and its tail; the boundary's own where other operators follow. */
function afterTail(trunk: Trunk, boundary: Boundary, tail: readonly string[]): Waist {
  const own = trunk.waists[boundary.waist] as Waist;
  for (let index = boundary.waist; index < trunk.waists.length; index++) {
    const waist = trunk.waists[index] as Waist;
    if (waist.position - own.position < tail.length) continue;
    const matches = opTypes(trunk, own, waist).join() === tail.join();
    return matches ? waist : own;
  }
  return own;
}

/** Runs of different shape are the stages of a feature pyramid; each ends with its last boundary. */
function stageWise(trunk: Trunk, flow: DataFlow, runs: readonly (readonly Boundary[])[]): Waist[] {
  const pairsWithin = runs.filter((run) => run.length > 1);
  const tails = pairsWithin.map((run) => tailSignature(trunk, run, run)).filter((tail) => !tail.includes("Conv"));
  const first = stem(trunk, flow, runs[0]?.[0]);
  const values: Waist[] = [tails[0]?.length === 0 ? beforeActivation(trunk, first, runs) : first];
  for (const [index, run] of runs.entries()) {
    const end = run.at(-1);
    if (!end) continue;
    const merged = mergedTokens(trunk, end, runs[index + 1]?.[0]);
    if (merged) values.push(merged);
    else if (tails[0]) values.push(afterTail(trunk, end, tails[0]));
    else values.push(afterActivations(trunk, end));
  }
  return values;
}

/**
 * Pre-activation networks normalise in front of a block; where the shortcut projects, it starts behind that norm. The stem is
 * in front of it: what leads from one stage into the next leads from the stem into the first.
 */
function beforeActivation(trunk: Trunk, first: Waist, runs: readonly (readonly Boundary[])[]): Waist {
  const [end, next] = [runs[0]?.at(-1), runs[1]?.[0]];
  const from = end && trunk.waists[end.waist];
  const to = next && trunk.waists[next.waist - 1];
  if (!from || !to) return first;
  const leadIn = opTypes(trunk, from, to);
  const start = trunk.waists.find(({ position }) => position === first.position - leadIn.length);
  const isSame = start !== undefined && opTypes(trunk, start, first).join() === leadIn.join();
  return leadIn.length > 0 && isSame && !leadIn.includes("Conv") ? start : first;
}

/** Token pyramids merge patches at the end of a stage (Swin): the stage's value is what the next one reads. */
function mergedTokens(trunk: Trunk, end: Boundary, next: Boundary | undefined): Waist | undefined {
  const from = trunk.waists[end.waist];
  const to = next && trunk.waists[next.waist - 1];
  if (!from || !to) return undefined;
  const between = opTypes(trunk, from, to);
  return between.includes("MatMul") && !between.includes("Conv") ? to : undefined;
}

function afterActivations(trunk: Trunk, end: Boundary): Waist {
  let index = end.waist;
  for (; index + 1 < trunk.waists.length; index++) {
    const [from, to] = [trunk.waists[index] as Waist, trunk.waists[index + 1] as Waist];
    const ops = trunk.nodes.slice(from.position + 1, to.position + 1).map((node) => node.opType);
    if (!ops.some(isActivation) || ops.includes("Conv")) break;
  }
  return trunk.waists[index] as Waist;
}

/** What the first block reads. Without a shortcut that shows it: the value in front of the second convolution. */
function stem(trunk: Trunk, flow: DataFlow, first: Boundary | undefined): Waist {
  const [source] = trunk.waists as [Waist];
  if (first && first.kind !== "bottleneck") return trunk.waists[first.waist - 1] ?? source;
  let found: Waist | undefined;
  for (const waist of trunk.waists) {
    const opType = trunk.nodes[waist.position]?.opType;
    if (opType === "Conv" && found) return found;
    if (opType !== "Pad" && (found || opType === "Conv") && flow.rank(waist.value) === 4) found = waist;
  }
  return found ?? source;
}

/** A chain of convolutions without shortcuts: the last map of each resolution, until it is pooled away. */
function plainStages(trunk: Trunk, flow: DataFlow): Waist[] {
  const maps = trunk.waists.slice(1).filter(({ value, position }) => {
    const shape = flow.shape(value);
    const isPadding = trunk.nodes[position]?.opType === "Pad";
    return !isPadding && shape.length === 4 && shape.slice(2).some((size) => size > 1);
  });
  const runs = runsOf(maps, ({ value }) => flow.shape(value).slice(2).join());
  return runs.flatMap((run) => lastBeforePooling(trunk, run) ?? []);
}

function lastBeforePooling(trunk: Trunk, run: readonly Waist[]): Waist | undefined {
  return run.findLast(({ position }) => !(trunk.nodes[position]?.opType ?? "").endsWith("Pool"));
}
