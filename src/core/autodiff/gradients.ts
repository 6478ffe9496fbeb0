import type { GraphNode } from "../graph/graph";
import type { Value } from "../graph/graphBuilder";
import type { OpBuilder } from "../graph/opBuilder";
import { sizeOf } from "../graph/tensor";
import { addCotangents, isFloat, zerosOf } from "./cotangent";
import { vjpRules } from "./vjpRules";

/** Scope of every node that differentiation adds; the memory ledger tells forward from backward by it. */
export const BACKWARD_SCOPE = "backward";

/**
 * Derivatives of a scalar with respect to other values, as new nodes of the same graph (reverse mode).
 *
 * Only nodes that lie between a `wrt` value and the loss are visited: what does not depend on a `wrt` value is a constant,
 * however it was computed, so a frozen backbone needs no flag and gets no gradient node. Uses without a derivative (ids,
 * shapes, comparisons, indices) end a path silently.
 *
 * @param loss a float of one element
 * @param wrt inputs, initializers or computed values
 * @returns one value per `wrt`, of its shape; zeros where the loss does not depend on it
 * @throws UserError naming node, operator and reason when a path runs through a use that has no derivative here
 */
export function gradients(g: OpBuilder, loss: Value, wrt: readonly Value[]): Value[] {
  if (!isFloat(loss.dtype) || sizeOf(loss.shape) !== 1)
    throw new Error(`The loss has to be one float; "${loss.name}" is ${loss.dtype} [${loss.shape.join(", ")}].`);
  const nodes = [...g.nodes];
  const active = dependents(g, nodes, wrt);
  const cotangents = new Map<string, Value>();
  g.scoped(BACKWARD_SCOPE, () => {
    cotangents.set(loss.name, g.reshape(g.cast(g.scalar(1), loss.dtype), loss.shape));
    for (const node of nodes.toReversed()) {
      if (node.outputs.some((name) => cotangents.has(name)) && node.inputs.some((name) => active.has(name)))
        propagate(g, node, active, cotangents);
    }
  });
  return wrt.map((value) => cotangents.get(value.name) ?? zerosOf(g, value.shape, value));
}

/** Names of the float values that depend on a `wrt` value through differentiable operators. */
function dependents(g: OpBuilder, nodes: readonly GraphNode[], wrt: readonly Value[]): ReadonlySet<string> {
  const active = new Set(wrt.filter(({ dtype }) => isFloat(dtype)).map(({ name }) => name));
  for (const node of nodes) {
    if (typeof vjpRules[node.opType] !== "function" || !node.inputs.some((name) => active.has(name))) continue;
    for (const name of node.outputs) {
      const output = g.value(name);
      if (output && isFloat(output.dtype)) active.add(name);
    }
  }
  return active;
}

/** Adds the cotangents of one node's active inputs to those collected so far. */
function propagate(g: OpBuilder, node: GraphNode, active: ReadonlySet<string>, cotangents: Map<string, Value>): void {
  const rule = vjpRules[node.opType];
  if (typeof rule !== "function") return;
  const results = rule({
    g,
    node,
    inputs: node.inputs.map((name) => (name === "" ? undefined : g.value(name))),
    outputs: node.outputs.flatMap((name) => g.value(name) ?? []),
    cotangents: node.outputs.map((name) => cotangents.get(name)),
    needs: (index) => active.has(node.inputs[index] ?? ""),
  });
  node.inputs.forEach((name, index) => {
    const contribution = results[index];
    if (!contribution || !active.has(name)) return;
    const collected = cotangents.get(name);
    cotangents.set(name, collected ? addCotangents(g, collected, contribution) : contribution);
  });
}
