import { sizeOf, type Tensor } from "../../../../src/core/graph/tensor";
import { shapeAttr, type TfjsModelJson, type TfjsNodeJson } from "../../../support/tfjsOriginal";

export const i = (value: number): object => ({ i: String(value) });
export const b = (value: boolean): object => ({ b: value });
export const f = (value: number): object => ({ f: value });
export const s = (value: string): object => ({ s: btoa(value) });
export const is = (...values: number[]): object => ({ list: { i: values.map(String) } });
export const ss = (...values: string[]): object => ({ list: { s: values.map((value) => btoa(value)) } });
export const type = (name: "DT_FLOAT" | "DT_INT32" | "DT_BOOL"): object => ({ type: name });

export interface SmallModel {
  readonly json: TfjsModelJson;
  readonly weights: ArrayBuffer;
}

/** A graph model of a few nodes, as tensorflowjs_converter would write it. */
export function smallModel(
  placeholders: Readonly<Record<string, Tensor>>,
  constants: Readonly<Record<string, Tensor>>,
  nodes: readonly TfjsNodeJson[],
): SmallModel {
  const inputs = Object.entries(placeholders).map(([name, { dtype, shape }]): TfjsNodeJson => ({
    name,
    op: "Placeholder",
    attr: { dtype: type(tfType(dtype)), shape: shapeAttr(shape) },
  }));
  const consts = Object.entries(constants).map(([name, { dtype }]): TfjsNodeJson => ({
    name,
    op: "Const",
    attr: { dtype: type(tfType(dtype)) },
  }));
  const parts = Object.values(constants).map(({ data }) => Buffer.from(data.buffer, data.byteOffset, data.byteLength));
  const bytes = new Uint8Array(Buffer.concat(parts));
  const weights = Object.entries(constants).map(([name, { dtype, shape }]) => ({ name, dtype, shape }));
  return {
    json: {
      modelTopology: { node: [...inputs, ...consts, ...nodes], versions: { producer: 1 } },
      weightsManifest: [{ paths: ["shard"], weights }],
    },
    weights: bytes.buffer,
  };
}

function tfType(dtype: string): "DT_FLOAT" | "DT_INT32" | "DT_BOOL" {
  return dtype === "float32" ? "DT_FLOAT" : dtype === "bool" ? "DT_BOOL" : "DT_INT32";
}

/** Distinct values of either sign, none of them an integer. */
export function ramp(shape: readonly number[]): Tensor {
  const data = Float32Array.from({ length: sizeOf(shape) }, (_, at) => 2 * Math.sin(1.7 * at + 0.3) + 0.01 * (at % 7));
  return { dtype: "float32", shape, data };
}
