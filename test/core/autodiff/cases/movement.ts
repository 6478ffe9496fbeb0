import { int, ints, string, type Attributes } from "../../../../src/core/graph/graph";
import type { Value } from "../../../../src/core/graph/graphBuilder";
import type { OpBuilder } from "../../../../src/core/graph/opBuilder";
import type { OpType } from "../../../../src/core/graph/opType";
import { tensor, type Shape } from "../../../../src/core/graph/tensor";
import type { GradientCase } from "../../../support/gradcheck";
import { apply } from "./elementwise";

const indices = (g: OpBuilder, shape: Shape, values: readonly number[]): Value =>
  g.constant(tensor("int64", shape, values));

const one = (
  label: string,
  shape: Shape,
  build: (g: OpBuilder, x: Value) => Value | readonly Value[],
): GradientCase => ({
  label,
  inputs: [shape],
  build: (g, x) => build(g, x),
});

const sliced = (
  label: string,
  shape: Shape,
  starts: number[],
  ends: number[],
  axes?: number[],
  steps?: number[],
): GradientCase =>
  one(`Slice ${label}`, shape, (g, x) =>
    g.op("Slice", [x, g.ints(starts), g.ints(ends), axes && g.ints(axes), steps && g.ints(steps)]),
  );

const gathered = (label: string, shape: Shape, axis: number, indexShape: Shape, values: number[]): GradientCase =>
  one(`Gather ${label}`, shape, (g, x) => g.gather(x, indices(g, indexShape, values), axis));

const padded = (label: string, shape: Shape, pads: number[], mode: string, axes?: number[]): GradientCase =>
  one(`Pad ${label}`, shape, (g, x) =>
    g.op("Pad", [x, g.ints(pads), undefined, axes && g.ints(axes)], { mode: string(mode) }),
  );

const scatter = (label: string, attributes: Attributes, values: number[]): GradientCase => ({
  label: `ScatterElements ${label}`,
  inputs: [
    [3, 4],
    [2, 3],
  ],
  build: (g, data, updates) => g.op("ScatterElements", [data, indices(g, [2, 3], values), updates], attributes),
});

export const movementCases = {
  Shape: [
    one("Shape as a factor", [2, 3], (g, x) =>
      g.mul(x, g.cast(g.gather(g.op("Shape", [x]), g.scalar(1, "int64")), "float32")),
    ),
  ],
  Size: [one("Size as a factor", [2, 3], (g, x) => g.mul(x, g.cast(g.op("Size", [x]), "float32")))],
  Reshape: [
    one("Reshape", [2, 6], (g, x) => g.reshape(x, [3, 4])),
    one("Reshape of an expanded value", [1], (g, x) => g.reshape(g.expand(x, [2, 3]), [6])),
  ],
  Flatten: [apply("Flatten", [[2, 3, 2]]), apply("Flatten", [[2, 3, 2]], { axis: int(2) }, "axis 2")],
  Squeeze: [one("Squeeze", [2, 1, 3], (g, x) => g.squeeze(x, [1]))],
  Unsqueeze: [one("Unsqueeze", [2, 3], (g, x) => g.unsqueeze(x, [0, 2]))],
  Transpose: [
    apply("Transpose", [[2, 3, 4]]),
    apply("Transpose", [[2, 3, 4]], { perm: ints([1, 2, 0]) }, "cycle"),
    apply("Transpose", [[2, 3, 4]], { perm: ints([0, 2, 1]) }, "last two"),
  ],
  Concat: [
    apply(
      "Concat",
      [
        [2, 3],
        [2, 1],
        [2, 2],
      ],
      { axis: int(1) },
    ),
    apply(
      "Concat",
      [
        [2, 3],
        [1, 3],
      ],
      { axis: int(-2) },
      "negative axis",
    ),
    {
      label: "Concat with a constant",
      inputs: [[2, 3]],
      build: (g, x) => g.concat([g.constant(tensor("float32", [2, 1], [1, 2])), x], 1),
    },
  ],
  Split: [
    one("Split", [2, 6], (g, x) => g.split(x, [1, 3, 2], 1)),
    one("Split, one part used", [2, 6], (g, x) => g.split(x, [1, 3, 2], 1)[1]!),
    one("Split in equal parts", [4, 3], (g, x) =>
      g.node("Split", [x], { axis: int(0), num_outputs: int(2) }, { outputCount: 2 }),
    ),
  ],
  Slice: [
    sliced("plain", [4, 5], [1, 2], [3, 5]),
    sliced("one axis", [4, 5], [-3], [9], [1]),
    sliced("steps", [5, 7], [0, 1], [5, 7], [0, 1], [2, 3]),
    sliced("backwards", [5, 4], [-1], [-(2 ** 31)], [0], [-1]),
    sliced("backwards in steps", [7, 2], [5], [0], [0], [-2]),
  ],
  Gather: [
    gathered("rows, repeated", [4, 3], 0, [2, 2], [1, 3, 1, -4]),
    gathered("along axis 1", [2, 4, 3], 1, [3], [0, 2, 0]),
    gathered("one position", [2, 4, 3], 1, [], [2]),
    gathered("a run", [2, 4, 3], 1, [2], [1, 2]),
    gathered("last axis", [2, 4], -1, [3], [3, 3, 0]),
  ],
  GatherElements: [
    one("GatherElements", [3, 4], (g, x) => g.gatherElements(x, indices(g, [2, 4], [0, 1, 1, 2, 0, 1, 2, -1]), 0)),
    one("GatherElements axis 1", [3, 4], (g, x) => g.gatherElements(x, indices(g, [3, 2], [0, 0, 1, 3, 2, 2]), 1)),
  ],
  GatherND: [
    one("GatherND elements", [3, 4], (g, x) => g.op("GatherND", [x, indices(g, [4, 2], [0, 1, 2, 3, 0, 1, -1, 0])])),
    one("GatherND rows", [3, 2, 4], (g, x) => g.op("GatherND", [x, indices(g, [2, 2, 1], [0, 2, 2, 1])])),
    one("GatherND batched", [2, 3, 4], (g, x) =>
      g.op("GatherND", [x, indices(g, [2, 2, 1], [0, 2, 1, 1])], { batch_dims: int(1) }),
    ),
  ],
  ScatterElements: [
    scatter("write", {}, [0, 1, 2, 2, 0, 1]),
    scatter("write along axis 1", { axis: int(1) }, [0, 1, 3, 2, 0, 1]),
    scatter("add", { reduction: string("add") }, [0, 1, 2, 0, 1, 1]),
  ],
  ScatterND: [
    {
      label: "ScatterND rows",
      inputs: [
        [4, 3],
        [2, 3],
      ],
      build: (g, data, updates) => g.op("ScatterND", [data, indices(g, [2, 1], [3, 0]), updates]),
    },
    {
      label: "ScatterND add",
      inputs: [[4, 3], [3]],
      build: (g, data, updates) =>
        g.op("ScatterND", [data, indices(g, [3, 2], [3, 0, 0, 1, 3, 0]), updates], { reduction: string("add") }),
    },
  ],
  Expand: [
    one("Expand", [3, 1], (g, x) => g.expand(x, [2, 3, 4])),
    one("Expand a scalar", [], (g, x) => g.expand(x, [2, 3])),
  ],
  Tile: [
    one("Tile", [2, 3], (g, x) => g.op("Tile", [x, g.ints([2, 3])])),
    one("Tile once", [2, 3], (g, x) => g.op("Tile", [x, g.ints([1, 1])])),
  ],
  Pad: [
    padded("constant", [3, 4], [1, 0, 2, 1], "constant"),
    padded("cropping", [4, 4], [-1, 2, 1, -1], "constant"),
    padded("chosen axes", [2, 3, 4], [1, 2], "constant", [1]),
    padded("edge", [3, 4], [1, 2, 2, 1], "edge"),
    padded("reflect", [3, 4], [1, 2, 2, 3], "reflect"),
    padded("wrap", [3, 4], [1, 2, 2, 1], "wrap"),
    { label: "Pad value", inputs: [[2, 3], []], build: (g, x, value) => g.op("Pad", [x, g.ints([1, 0, 0, 2]), value]) },
  ],
  DepthToSpace: [
    apply("DepthToSpace", [[2, 8, 2, 3]], { blocksize: int(2) }),
    apply("DepthToSpace", [[2, 8, 2, 3]], { blocksize: int(2), mode: string("CRD") }, "CRD"),
  ],
  SpaceToDepth: [apply("SpaceToDepth", [[2, 2, 4, 6]], { blocksize: int(2) })],
  Trilu: [
    apply("Trilu", [[3, 4]]),
    one("Trilu lower, shifted", [2, 4, 4], (g, x) => g.op("Trilu", [x, g.scalar(-1, "int64")], { upper: int(0) })),
  ],
  OneHot: [
    one("OneHot values", [2], (g, x) => g.op("OneHot", [indices(g, [3], [0, 2, 2]), g.scalar(4, "int64"), x])),
    one("OneHot values, axis 0", [2], (g, x) =>
      g.op("OneHot", [indices(g, [2, 2], [0, 2, 1, 3]), g.scalar(4, "int64"), x], { axis: int(0) }),
    ),
  ],
  Range: [
    one("Range as a constant", [4], (g, x) =>
      g.mul(x, g.cast(g.op("Range", [g.scalar(0, "int64"), g.scalar(4, "int64"), g.scalar(1, "int64")]), "float32")),
    ),
  ],
  ConstantOfShape: [
    one("ConstantOfShape as a constant", [2, 3], (g, x) => g.add(x, g.op("ConstantOfShape", [g.ints([2, 3])]))),
  ],
  EyeLike: [one("EyeLike as a constant", [3, 3], (g, x) => g.mul(x, g.op("EyeLike", [x])))],
} satisfies Partial<Record<OpType, readonly GradientCase[]>>;
