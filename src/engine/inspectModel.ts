import type { Dimension } from "../core/graph/graph";
import { type DataType, sizeOf } from "../core/graph/tensor";
import { findHiddenStates } from "../core/onnx/hiddenStates";
import type { HiddenStateLayout } from "../core/onnx/structure/layout";
import { readModelFile } from "./models/readModelFile";

export interface ModelReport {
  readonly inputs: readonly { readonly name: string; readonly dtype: DataType; readonly shape: readonly Dimension[] }[];
  readonly hiddenStates: readonly {
    readonly index: number;
    readonly value: string;
    readonly shape: readonly Dimension[];
    readonly layout: HiddenStateLayout;
  }[];
  readonly opset: number;
  readonly producer: string;
  /** Elements of all floating-point weights. */
  readonly parameters: number;
}

/**
 * What a model file offers to tap, low to high; nothing is run and no weights are read.
 * @throws UserError when the file is missing or no ONNX model
 */
export async function inspectModel(path: string): Promise<ModelReport> {
  const { graph, opset, producer } = await readModelFile(path);
  const weights = [...graph.initializers.values()].filter(({ dtype }) => dtype.startsWith("float"));
  return {
    inputs: graph.inputs.map(({ name, dtype, shape }) => ({ name, dtype, shape: shape ?? [] })),
    hiddenStates: findHiddenStates(graph).map(({ index, value, shape, layout }) => ({ index, value, shape, layout })),
    opset,
    producer,
    parameters: weights.reduce((sum, { shape }) => sum + sizeOf(shape), 0),
  };
}
