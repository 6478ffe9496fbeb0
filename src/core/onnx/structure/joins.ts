import type { GraphNode } from "../../graph/graph";
import type { OpType } from "../../graph/opType";
import type { DataFlow } from "./dataFlow";
import type { Trunk } from "./trunk";

/** A waist at which a block may end. */
export interface Boundary {
  /**
   * join: a residual sum; concat: parallel feature maps joined; bottleneck: a convolution that hands over to the next one
   * without an activation, as inverted residuals without a shortcut do.
   */
  readonly kind: "join" | "concat" | "bottleneck";
  /** Index in the trunk's waists. */
  readonly waist: number;
  readonly shape: readonly number[];
  /** The block part mixes positions by attention: it multiplies two matrices that both depend on the data. */
  readonly hasAttention: boolean;
  /** Operators of the branch, to tell parts of a block apart. */
  readonly signature: string;
}

/** Operators of shortcuts: they rearrange, project or normalise, but bend nothing. */
const shortcutOps: ReadonlySet<OpType> = new Set([
  ...([
    "Identity",
    "Cast",
    "Reshape",
    "Flatten",
    "Transpose",
    "Squeeze",
    "Unsqueeze",
    "Slice",
    "Pad",
    "Concat",
  ] as const),
  ...(["Conv", "MatMul", "Gemm", "BatchNormalization", "InstanceNormalization", "AveragePool", "MaxPool"] as const),
  ...(["Add", "Sub", "Mul", "Div"] as const),
]);

const activationOps: ReadonlySet<OpType> = new Set([
  ...(["Relu", "LeakyRelu", "PRelu", "Elu", "Softplus", "Sigmoid", "Tanh", "Gelu", "Erf", "HardSigmoid"] as const),
  ...(["HardSwish", "Clip", "Max", "Min"] as const),
]);

export function isActivation(opType: OpType): boolean {
  return activationOps.has(opType);
}

/** Terms of one residual sum: two, or three where attention and perceptron work side by side. */
const MAX_TERMS = 8;

/** The boundaries along a trunk, low to high. */
export function findBoundaries(trunk: Trunk, flow: DataFlow): Boundary[] {
  const boundaries: Boundary[] = [];
  for (let waist = 1; waist < trunk.waists.length; waist++) {
    const from = trunk.waists[waist - 1];
    const to = trunk.waists[waist];
    if (!from || !to) continue;
    const branch = trunk.nodes.slice(from.position + 1, to.position + 1);
    const kind = boundaryKind(branch, from.value, to.value, trunk, flow);
    if (!kind) continue;
    const settled = unflattened(waist, trunk, flow);
    boundaries.push({
      kind,
      waist: settled,
      shape: flow.shape(trunk.waists[settled]?.value ?? ""),
      hasAttention: branch.some((node) => isDataProduct(node, trunk)),
      signature: [...new Set(branch.map((node) => node.opType))].sort().join(),
    });
  }
  return boundaries;
}

/** Some exports sum token rows as a matrix [B·N, C] and give it its three axes back afterwards. */
function unflattened(waist: number, trunk: Trunk, flow: DataFlow): number {
  const [here, next] = [trunk.waists[waist], trunk.waists[waist + 1]];
  const isMatrix = here !== undefined && flow.rank(here.value) === 2;
  const isReshape = next !== undefined && trunk.nodes[next.position]?.opType === "Reshape";
  return isMatrix && isReshape && flow.rank(next.value) === 3 ? waist + 1 : waist;
}

function boundaryKind(
  branch: readonly GraphNode[],
  from: string,
  to: string,
  trunk: Trunk,
  flow: DataFlow,
): Boundary["kind"] | undefined {
  const last = branch.at(-1);
  if (!last) return undefined;
  if (last.opType === "Add" && isResidualSum(branch, from, trunk)) return "join";
  if (flow.rank(to) !== 4) return undefined;
  const dynamicInputs = last.inputs.filter((name) => trunk.values.has(name));
  if (last.opType === "Concat" && dynamicInputs.length > 1 && branch.length > 1) return "concat";
  const isStem = from === trunk.waists[0]?.value;
  return branch.length === 1 && !isStem && isProjection(last, trunk, flow) && feedsConvolution(to, trunk)
    ? "bottleneck"
    : undefined;
}

/** Batch norm in parts: subtract, divide, multiply, add; and a bias. */
const MAX_AFFINE_STEPS = 5;
const affineOps: ReadonlySet<OpType> = new Set(["BatchNormalization", "Add", "Sub", "Mul", "Div"]);

/** A pointwise convolution, with the bias or batch norm behind it where that has nodes of its own. */
function isProjection(node: GraphNode, trunk: Trunk, flow: DataFlow): boolean {
  let current: GraphNode | undefined = node;
  for (let steps = 0; current && affineOps.has(current.opType); steps++) {
    if (steps === MAX_AFFINE_STEPS) return false;
    const [input, another]: string[] = current.inputs.filter((name) => trunk.values.has(name));
    if (another !== undefined) return false;
    current = flow.producer(input ?? "");
  }
  return current?.opType === "Conv" && isPointwise(current, flow);
}

function isPointwise({ inputs }: GraphNode, flow: DataFlow): boolean {
  return flow
    .shape(inputs[1] ?? "")
    .slice(2)
    .every((size) => size === 1);
}

/** Only convolutions (padded or not) and residual sums read the value. */
function feedsConvolution(value: string, trunk: Trunk): boolean {
  const readers = (trunk.readers.get(value) ?? []).flatMap((position) => trunk.nodes[position] ?? []);
  const behindPadding = readers.flatMap((node) =>
    node.opType === "Pad" ? (trunk.readers.get(node.outputs[0] ?? "") ?? []).map((at) => trunk.nodes[at]) : [node],
  );
  const ops = behindPadding.map((node) => node?.opType);
  return ops.includes("Conv") && ops.every((op) => op === "Conv" || op === "Add");
}

/** The last node of a branch sums a shortcut from the branch's start and something computed from it. */
function isResidualSum(branch: readonly GraphNode[], start: string, trunk: Trunk): boolean {
  const makers = new Map(branch.flatMap((node) => node.outputs.map((name): [string, GraphNode] => [name, node])));
  const terms: string[] = [];
  const open = [...(branch.at(-1)?.inputs ?? [])];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (!trunk.values.has(name)) continue;
    const maker = makers.get(name);
    if (maker?.opType === "Add" && terms.length < MAX_TERMS) open.push(...maker.inputs);
    else terms.push(name);
  }
  if (terms.length < 2) return false;
  const shortcuts = terms.filter((term) => isShortcut(term, start, makers, trunk));
  return shortcuts.length > 0 && (shortcuts.length < terms.length || terms.includes(start));
}

/** `value` comes from `start` through one chain of linear operators. */
function isShortcut(value: string, start: string, makers: ReadonlyMap<string, GraphNode>, trunk: Trunk): boolean {
  let current = value;
  while (current !== start) {
    const maker = makers.get(current);
    if (!maker || !shortcutOps.has(maker.opType)) return false;
    const [onlyInput = "", second] = maker.inputs.filter((name) => trunk.values.has(name));
    if (second !== undefined) return false;
    current = onlyInput;
  }
  return true;
}

/** A product of two matrices that both come from the data, as attention has it. */
function isDataProduct(node: GraphNode, trunk: Trunk): boolean {
  const isProduct = node.opType === "MatMul" || node.opType === "Einsum" || node.opType === "Gemm";
  return isProduct && node.inputs.slice(0, 2).every((name) => trunk.values.has(name));
}
