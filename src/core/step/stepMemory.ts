import { BACKWARD_SCOPE } from "../autodiff/gradients";
import type { GraphNode } from "../graph/graph";
import { type MemoryKind, type MemoryLedger, predictMemory } from "../onnx/liveness";
import { OPTIMIZER_SCOPE } from "./buildStepGraph";
import { inPlaceState } from "./inPlaceState";
import type { StateLink, StepGraph } from "./stepGraph";

const stateKinds: Readonly<Record<StateLink["kind"], MemoryKind>> = {
  parameter: "weights",
  buffer: "weights",
  moment: "optimizerState",
};

/**
 * Predicted peak memory of one training step by kind: forward values count as activations, those of the backward pass as
 * gradients, the optimizer's own as workspace, and what is fed as data. State that is updated in place counts once.
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
  return predictMemory(step.graph, (value, node) => kinds.get(value) ?? kindOfNode(node), overwritten);
}

function kindOfNode(node: GraphNode | undefined): MemoryKind {
  if (node?.name.startsWith(`${BACKWARD_SCOPE}/`)) return "gradients";
  return node?.name.startsWith(`${OPTIMIZER_SCOPE}/`) ? "workspace" : "activations";
}
