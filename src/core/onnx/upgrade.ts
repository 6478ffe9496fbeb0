import { UserError } from "../errors";
import type { GraphNode } from "../graph/graph";
import { isOpType } from "../graph/opType";
import type { RawNode } from "./rawNode";

/** Operators that take whole graphs as attributes. */
const controlFlow: ReadonlySet<string> = new Set(["If", "Loop", "Scan", "SequenceMap"]);

/**
 * A node in its canonical form.
 * @throws UserError when the operator is not supported.
 */
export function canonicalNode(node: RawNode, label: string): GraphNode {
  const { opType } = node;
  if (node.domain === "" && isOpType(opType)) return { ...node, opType };
  const domain = node.domain === "" ? "" : ` of domain "${node.domain}"`;
  const remedy = controlFlow.has(opType)
    ? "export it with fixed input sizes so that control flow disappears"
    : node.domain === ""
      ? "export it with another opset, or without this operation"
      : "save the model before such fusions, in standard operators only";
  throw new UserError(`${label}: operator ${opType}${domain} (node "${node.name}") is not supported; ${remedy}.`);
}
