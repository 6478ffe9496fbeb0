import { UserError } from "../../errors";
import type { Dimension, GraphNode, Initializer, NamedValue, ValueType } from "../../graph/graph";
import { isOpType } from "../../graph/opType";
import type { DataType } from "../../graph/tensor";
import { fusedOperatorRules } from "./fusedOperators";
import type { RawNode } from "./rawNode";
import { UpgradeContext, type ValueUsage } from "./upgradeContext";
import { upgradeRules } from "./upgradeRules";

const MICROSOFT = "com.microsoft";

/** Operators that take whole graphs as attributes, or work on lists of tensors. */
const controlFlow: ReadonlySet<string> = new Set([
  ...["If", "Loop", "Scan", "SequenceMap"],
  ...["SequenceConstruct", "SequenceAt", "SplitToSequence", "ConcatFromSequence"],
]);

export interface UpgradeInput {
  /** In topological order. */
  readonly nodes: readonly RawNode[];
  readonly inputs: readonly NamedValue[];
  /** Grows by the constants that upgraded nodes need. */
  readonly initializers: Map<string, Initializer>;
  /** Types that the file declares. */
  readonly declared: ReadonlyMap<string, ValueType>;
  readonly opset: number;
  /** How error messages call the file. */
  readonly label: string;
}

export interface UpgradedNodes {
  readonly nodes: readonly GraphNode[];
  /**
   * For every value that depends on a node that is not supported: the operator, node and domain, and what to do, in a
   * sentence.
   */
  readonly missing: ReadonlyMap<string, string>;
}

/** Nodes of any operator set from 7 on in canonical form, as far as they are supported: same values under the same names. */
export function upgradeNodes({ nodes, inputs, initializers, declared, opset, label }: UpgradeInput): UpgradedNodes {
  const dtypes = new Map<string, DataType>(inputs.map(({ name, dtype }) => [name, dtype]));
  const shapes = new Map<string, readonly Dimension[]>();
  for (const { name, shape } of inputs) if (shape) shapes.set(name, shape);
  for (const [name, { shape }] of declared) if (shape) shapes.set(name, shape);
  const usedNames = new Set([...dtypes.keys(), ...initializers.keys(), ...nodes.flatMap((node) => node.outputs)]);
  const context = new UpgradeContext({
    opset,
    label,
    initializers,
    usedNames,
    dtypes,
    shapes,
    usage: usageOf(nodes, inputs),
  });
  const upgraded: GraphNode[] = [];
  const missing = new Map<string, string>();
  for (const node of nodes) {
    const lost = node.inputs.find((name) => missing.has(name));
    const made = lost === undefined ? canonicalNodes(node, context) : (missing.get(lost) ?? "");
    if (typeof made !== "string") upgraded.push(...made);
    else for (const name of node.outputs) if (name !== "") missing.set(name, made);
  }
  return { nodes: upgraded, missing };
}

/** The node in canonical form, behind those that it needs in front of it; or why it has none. */
function canonicalNodes(node: RawNode, context: UpgradeContext): GraphNode[] | string {
  try {
    const last = upgradeNode(node, context);
    const made = [...context.takeNodes(), last].map((each) => canonicalNode(each, context.label));
    context.note(last);
    return made;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    context.takeNodes();
    return error.message;
  }
}

function usageOf(nodes: readonly RawNode[], inputs: readonly NamedValue[]): ValueUsage {
  const dynamic = new Set(inputs.map(({ name }) => name));
  const read = new Set<string>();
  for (const node of nodes) {
    for (const name of node.inputs) read.add(name);
    if (node.inputs.some((name) => dynamic.has(name))) for (const name of node.outputs) dynamic.add(name);
  }
  return { dynamic, read };
}

function upgradeNode(node: RawNode, context: UpgradeContext): RawNode {
  const fused = node.domain === MICROSOFT ? ruleOf(fusedOperatorRules, node.opType) : undefined;
  if (fused) return fused(node, context);
  const upgrades = node.domain === "" ? ruleOf(upgradeRules, node.opType) : undefined;
  return (upgrades ?? [])
    .filter(({ before }) => before === undefined || context.opset < before)
    .reduce((current, { rule }) => rule(current, context), node);
}

/** Operators are named by the file: some may be called like what every object has. */
function ruleOf<T>(rules: Readonly<Record<string, T>>, opType: string): T | undefined {
  return Object.hasOwn(rules, opType) ? rules[opType] : undefined;
}

/** Whether there are rules for the operator; whether they cover a node is seen when it is upgraded. */
export function isUnderstood({ opType, domain }: Pick<RawNode, "opType" | "domain">): boolean {
  if (domain === MICROSOFT) return ruleOf(fusedOperatorRules, opType) !== undefined;
  return domain === "" && (isOpType(opType) || ruleOf(upgradeRules, opType) !== undefined);
}

function canonicalNode(node: RawNode, label: string): GraphNode {
  const { opType } = node;
  if (node.domain === "" && isOpType(opType)) return { ...node, opType };
  throw unsupportedOperator(node, label);
}

/** Whether a node holds whole graphs or works on lists of tensors. */
function isControlFlow({ opType, domain }: Pick<RawNode, "opType" | "domain">): boolean {
  return domain === "" && controlFlow.has(opType);
}

/** What to tell the user about a node that no rule covers. */
function unsupportedOperator(node: Pick<RawNode, "opType" | "domain" | "name">, label: string): UserError {
  const domain = node.domain === "" ? "" : ` of domain "${node.domain}"`;
  const remedy = isControlFlow(node)
    ? "export it with fixed input sizes (or with dynamo=True) so that control flow and lists disappear"
    : node.domain === ""
      ? "export it with another opset, or without this operation"
      : "save the model before such fusions, in standard operators only";
  return new UserError(`${label}: operator ${node.opType}${domain} (node "${node.name}") is not supported; ${remedy}.`);
}
