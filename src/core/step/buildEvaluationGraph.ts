import type { Graph } from "../graph/graph";
import type { Value } from "../graph/graphBuilder";
import { OpBuilder } from "../graph/opBuilder";
import {
  ModelContext,
  type BufferSpec,
  type ModelScope,
  type ParameterSpec,
  type StatisticsSpec,
} from "../nn/modelContext";

/** The forward pass alone: dropout is off, running statistics are read. */
export interface EvaluationGraph {
  readonly graph: Graph;
  readonly parameters: readonly ParameterSpec[];
  readonly buffers: readonly BufferSpec[];
  readonly statistics: readonly StatisticsSpec[];
}

/** Builds the graph that computes the values `build` returns, as outputs of those names. */
export function buildEvaluationGraph(
  build: (scope: ModelScope) => Readonly<Record<string, Value>>,
  name = "evaluation",
): EvaluationGraph {
  const g = new OpBuilder(name);
  const context = new ModelContext(g, "eval");
  for (const [output, value] of Object.entries(build(context.root))) g.output(output, value);
  const { parameters, buffers, statistics } = context;
  return { graph: g.build(), parameters, buffers, statistics };
}
