import type { RunManifest } from "../../core/experiment/runManifest";
import { sidesOf, type SideName } from "../../core/experiment/sides";
import type { Graph } from "../../core/graph/graph";
import type { Value } from "../../core/graph/graphBuilder";
import { OpBuilder } from "../../core/graph/opBuilder";
import { symbolicBatch } from "../../core/graph/symbolicBatch";
import { fromData, type Shape, type Tensor } from "../../core/graph/tensor";
import { encodeModel } from "../../core/onnx/encodeModel";
import { buildEvaluationGraph } from "../../core/step/buildEvaluationGraph";
import { OrtExecutor } from "../ort/ortExecutor";
import { readTaskData } from "../tasks/taskData";
import { extractionRequest } from "../training/extraction";
import { maskInput, positionInput, type SideInput } from "../training/sideInput";
import { streamedInput } from "../training/streamedInput";
import type { EvaluationPass } from "../training/trainingTask";
import { withoutUnusedInputs } from "../training/usedInputs";
import { embedWeights } from "./embedWeights";

export interface ExportFiles {
  readonly manifest: RunManifest;
  /** Best parameters and buffers by name. */
  readonly tensors: Readonly<Record<string, Tensor>>;
  /** Writes a file and returns its path. */
  readonly write: (name: string, bytes: Uint8Array) => Promise<string>;
}

/**
 * Writes one ONNX file per evaluation pass of the task (one per side of retrieval): frozen backbone, parallel network and head
 * in standard operators, for batches of any size. Inputs keep the backbone's names; texts have the length that the run used.
 */
export async function exportOnnx({ manifest, tensors, write }: ExportFiles): Promise<string[]> {
  const { config, baseDirectory } = manifest;
  const data = await readTaskData(config, baseDirectory);
  const place = { config, data, baseDirectory, cacheDirectory: "", executor: new OrtExecutor() };
  const inputs = new Map<SideName, SideInput>();
  for (const side of sidesOf(config)) {
    const request = await extractionRequest(place, side.name);
    inputs.set(side.name, streamedInput({ ...request, side, dtype: "float32" }));
  }
  const { passes } = data.build({ of: (name) => inputs.get(name) as SideInput, has: () => true });
  const files: string[] = [];
  for (const pass of passes) {
    const graph = symbolicBatch((batchSize) => standalone(passGraph(pass, batchSize), tensors, sidesOf(config)));
    files.push(await write(`${pass.name}.onnx`, encodeModel(await embedWeights(graph))));
  }
  return files;
}

function passGraph(pass: EvaluationPass, batchSize: number): Graph {
  const { graph, statistics } = buildEvaluationGraph((scope) => pass.build(scope, batchSize), pass.name);
  // What standardising layers measure of the training set is of no use to anybody else.
  const measured = new Set(statistics.map(({ output }) => output));
  return withoutUnusedInputs({ ...graph, outputs: graph.outputs.filter(({ name }) => !measured.has(name)) });
}

/** The graph with parameters as weights, inputs under the backbone's names, and masks taken from the attention masks. */
function standalone(
  graph: Graph,
  tensors: Readonly<Record<string, Tensor>>,
  sides: readonly { name: SideName }[],
): Graph {
  const g = new OpBuilder(graph.name);
  const declare = (name: string, input: Graph["inputs"][number]): Value =>
    g.input(name, input.dtype, input.shape as Shape);
  const bindings: Record<string, Value> = {};
  for (const input of graph.inputs) {
    const trained = tensors[input.name];
    if (trained) bindings[input.name] = g.initializer(input.name, trained);
  }
  for (const { name: side } of sides) {
    const prefix = `${side}.input.`;
    const fed = graph.inputs.filter(({ name }) => name.startsWith(prefix));
    for (const input of fed) bindings[input.name] = declare(input.name.slice(prefix.length), input);
    const mask = graph.inputs.find(({ name }) => name === maskInput(side));
    const position = graph.inputs.find(({ name }) => name === positionInput(side));
    const known = fed.find(({ name, shape }) => /mask/i.test(name) && shape?.length === 2);
    const [batchSize = 1, length = 1] = ((mask ?? known)?.shape as readonly number[] | undefined) ?? [];
    const isKnown = known !== undefined && (known.shape?.[1] === length || mask === undefined);
    const attended = isKnown ? g.cast(bindings[known.name] as Value, "float32") : undefined;
    if (mask) bindings[mask.name] = attended ?? declare("mask", mask);
    if (position)
      bindings[position.name] = attended ? lastValid(g, attended, [batchSize, length]) : declare("position", position);
  }
  const copied = g.inline(graph, bindings, "model");
  for (const { name } of graph.outputs) g.output(name, copied.get(name) as Value);
  return g.build();
}

/** Position of the last valid token, int64 [B], of masks [B, N]. */
function lastValid(g: OpBuilder, mask: Value, [, length]: readonly [number, number]): Value {
  const places = g.constant(
    fromData(
      "float32",
      [1, length],
      Float32Array.from({ length }, (_, at) => at),
    ),
  );
  return g.cast(g.reduceMax(g.mul(mask, places), [1]), "int64");
}
