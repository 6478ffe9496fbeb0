import { BACKWARD_SCOPE } from "../autodiff/gradients";
import type { GraphNode } from "../graph/graph";
import { type MemoryClassifier, type MemoryKind, type MemoryLedger, predictMemory } from "../onnx/liveness";
import { OPTIMIZER_SCOPE } from "./buildStepGraph";
import { inPlaceState } from "./inPlaceState";
import type { StateLink, StepGraph } from "./stepGraph";

const stateKinds: Readonly<Record<StateLink["kind"], MemoryKind>> = {
  parameter: "weights",
  buffer: "weights",
  moment: "optimizerState",
  average: "optimizerState",
};

/**
 * Predicted peak memory of one training step by kind: forward values count as activations, those of the backward pass as
 * gradients, the optimizer's own as workspace, and what is fed as data. State that is updated in place counts once. What runs
 * before the step has memory of its own, which stays allocated beside that of the step.
 */
export function predictStepMemory(step: StepGraph): MemoryLedger {
  const kinds = new Map<string, MemoryKind>();
  for (const { name } of step.graph.inputs) kinds.set(name, "data");
  for (const name of step.graph.initializers.keys()) kinds.set(name, "weights");
  for (const { input, output, kind } of step.state) {
    kinds.set(input, stateKinds[kind]);
    kinds.set(output, stateKinds[kind]);
  }
  const inPlace = inPlaceState(step);
  const overwritten = new Map(
    step.state.filter(({ input }) => inPlace.has(input)).map(({ input, output }) => [output, input]),
  );
  const classify: MemoryClassifier = (value, node) => kinds.get(value) ?? kindOfNode(node);
  const ledger = predictMemory(step.graph, classify, overwritten);
  if (!step.assignment) return ledger;
  const { activations } = predictMemory(step.assignment, classify).bytesByKind;
  const bytesByKind = { ...ledger.bytesByKind, activations: ledger.bytesByKind.activations + activations };
  return { ...ledger, bytesByKind, peakBytes: ledger.peakBytes + activations };
}

function kindOfNode(node: GraphNode | undefined): MemoryKind {
  if (node?.name.startsWith(`${BACKWARD_SCOPE}/`)) return "gradients";
  return node?.name.startsWith(`${OPTIMIZER_SCOPE}/`) ? "workspace" : "activations";
}
