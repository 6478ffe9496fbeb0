import { int, ints, string } from "../../../../src/core/graph/graph";
import type { Attribute } from "../../../../src/core/graph/graph";
import { tensor } from "../../../../src/core/graph/tensor";
import { fed, floats, integers, known, operatorCase, type OperatorCase } from "./operatorCase";

const FAR = 2 ** 62;

const fill = (value: number, dtype: "float32" | "int64"): Attribute => ({
  kind: "tensor",
  value: tensor(dtype, [1], [value]),
});

export const shapingCases: readonly OperatorCase[] = [
  operatorCase("Shape", "all axes", [floats([2, 3, 4])]),
  operatorCase("Shape", "from start to end", [floats([2, 3, 4, 5])], { start: int(-3), end: int(-1) }),
  operatorCase("Shape", "bounds beyond the rank", [floats([2, 3])], { start: int(-9), end: int(9) }),
  operatorCase("Shape", "scalar", [floats([])]),
  operatorCase("Size", "matrix", [floats([2, 3])]),
  operatorCase("Reshape", "0 keeps, −1 takes the rest", [floats([2, 3, 4]), known([0, -1, 2])]),
  operatorCase("Reshape", "allowzero", [floats([0, 3]), known([3, 0])], { allowzero: int(1) }),
  operatorCase("Reshape", "to a scalar", [floats([1, 1]), known([])]),
  operatorCase("Flatten", "default axis", [floats([2, 3, 4])]),
  operatorCase("Flatten", "axis 0", [floats([2, 3, 4])], { axis: int(0) }),
  operatorCase("Flatten", "negative axis", [floats([2, 3, 4])], { axis: int(-1) }),
  operatorCase("Squeeze", "every axis of size 1", [floats([1, 3, 1])]),
  operatorCase("Squeeze", "negative axis", [floats([1, 3, 1]), known([-1])]),
  operatorCase("Unsqueeze", "positions in the result", [floats([3, 4]), known([0, -1])]),
  operatorCase("Unsqueeze", "unordered positions", [floats([3, 4]), known([3, 1])]),
  operatorCase("Transpose", "reversed by default", [floats([2, 3, 4])]),
  operatorCase("Transpose", "permutation", [floats([2, 3, 4, 2])], { perm: ints([0, 2, 3, 1]) }),
  operatorCase("Transpose", "integers", [integers([2, 3])]),
  operatorCase("Expand", "both directions", [floats([3, 1]), known([2, 1, 4])]),
  operatorCase("Expand", "shorter target", [floats([2, 3]), known([1])]),
  operatorCase("Tile", "two axes", [floats([2, 3]), known([2, 3])]),
  operatorCase("Tile", "none", [floats([2, 3]), known([0, 1])]),
  ...["DCR", "CRD"].map((mode) =>
    operatorCase("DepthToSpace", mode, [floats([1, 8, 2, 3])], { blocksize: int(2), mode: string(mode) }),
  ),
  operatorCase("SpaceToDepth", "blocks of 2", [floats([2, 2, 4, 6])], { blocksize: int(2) }),
];

export const joiningCases: readonly OperatorCase[] = [
  operatorCase("Concat", "middle axis", [floats([2, 3, 2]), floats([2, 1, 2]), floats([2, 2, 2])], { axis: int(1) }),
  operatorCase("Concat", "negative axis, integers", [integers([2, 3]), integers([2, 1])], { axis: int(-1) }),
  operatorCase("Split", "sizes", [floats([2, 6]), known([1, 3, 2])], { axis: int(1) }, 3),
  operatorCase("Split", "num_outputs, uneven", [floats([7, 2])], { num_outputs: int(3) }, 3),
  operatorCase("Slice", "starts and ends only", [floats([4, 5]), known([1, 0]), known([3, 2])]),
  operatorCase("Slice", "negative and far positions", [floats([4, 5]), known([-3, -FAR]), known([FAR, -1])]),
  operatorCase("Slice", "axes and steps", [floats([4, 9]), known([1]), known([9]), known([-1]), known([3])]),
  operatorCase("Slice", "backwards", [
    floats([4, 5]),
    known([-1, FAR]),
    known([-FAR, 0]),
    known([0, 1]),
    known([-1, -2]),
  ]),
  operatorCase("Slice", "empty", [floats([4, 5]), known([3]), known([1]), known([0])]),
  operatorCase("Pad", "zeros", [floats([2, 3]), known([1, 0, 0, 2])]),
  operatorCase("Pad", "value and cropping", [floats([3, 4]), known([1, -1, -1, 2]), known([7.5], "float32", [])]),
  operatorCase("Pad", "axes", [floats([2, 3, 4]), known([1, 2]), undefined, known([-1])]),
  operatorCase("Pad", "integers", [integers([3]), known([1, 1]), known([-100], "int64", [])]),
  ...["reflect", "edge", "wrap"].map((mode) =>
    operatorCase("Pad", mode, [floats([3, 4]), known([2, 1, 1, 3])], { mode: string(mode) }),
  ),
];

export const indexingCases: readonly OperatorCase[] = [
  operatorCase("Gather", "rows", [floats([5, 3]), fed("int64", [2, 2], [0, 4, -1, 2])]),
  operatorCase("Gather", "scalar index on the last axis", [floats([2, 3]), fed("int64", [], [1])], { axis: int(-1) }),
  operatorCase("Gather", "int32 indices on the middle axis", [integers([2, 3, 2]), fed("int32", [2], [2, 0])], {
    axis: int(1),
  }),
  operatorCase("GatherElements", "first axis", [floats([3, 3]), fed("int64", [2, 3], [1, 2, 0, -1, 0, 0])]),
  operatorCase("GatherElements", "narrower indices", [floats([3, 4]), fed("int64", [2, 2], [3, 0, 1, -2])], {
    axis: int(1),
  }),
  operatorCase("GatherND", "elements", [floats([2, 3]), fed("int64", [3, 2], [0, 1, 1, -1, 0, 0])]),
  operatorCase("GatherND", "rows", [floats([2, 3, 2]), fed("int64", [2, 1, 2], [0, 1, 1, 2])]),
  operatorCase("GatherND", "per batch", [floats([2, 3, 2]), fed("int64", [2, 1], [2, 0])], { batch_dims: int(1) }),
  operatorCase("ScatterElements", "replace", [
    floats([3, 3]),
    fed("int64", [2, 3], [1, 0, 2, 0, 2, -2]),
    floats([2, 3]),
  ]),
  ...["add", "mul", "min", "max"].map((reduction) =>
    operatorCase(
      "ScatterElements",
      reduction,
      [floats([2, 4]), fed("int64", [2, 3], [1, 1, 3, 0, 0, 0]), floats([2, 3])],
      { axis: int(1), reduction: string(reduction) },
    ),
  ),
  operatorCase("ScatterND", "rows", [floats([4, 2]), fed("int64", [2, 1], [3, -4]), floats([2, 2])]),
  operatorCase("ScatterND", "elements of integers", [
    integers([2, 3]),
    fed("int64", [2, 2], [0, 1, 1, 2]),
    integers([2]),
  ]),
  operatorCase("ScatterND", "add to repeated rows", [floats([3, 2]), fed("int64", [3, 1], [1, 1, 0]), floats([3, 2])], {
    reduction: string("add"),
  }),
  operatorCase("Trilu", "upper", [floats([3, 4])]),
  operatorCase("Trilu", "lower, diagonal 1, stacked", [floats([2, 3, 3]), known([1], "int64", [])], { upper: int(0) }),
  operatorCase("Trilu", "upper, diagonal −1, integers", [integers([4, 3]), known([-1], "int64", [])]),
  operatorCase("OneHot", "last axis", [
    fed("int64", [4], [0, 2, -1, 5]),
    known([3], "int64", []),
    known([-1, 2], "float32"),
  ]),
  operatorCase("OneHot", "first axis", [fed("int64", [2, 2], [0, 2, 1, 1]), known([3]), known([0, 1], "float32")], {
    axis: int(0),
  }),
  operatorCase("Range", "upwards", [known([1], "int64", []), known([8], "int64", []), known([3], "int64", [])]),
  operatorCase("Range", "downwards, floats", [
    known([2], "float32", []),
    known([-1], "float32", []),
    known([-0.5], "float32", []),
  ]),
  operatorCase("ConstantOfShape", "zeros by default", [known([2, 3])]),
  operatorCase("ConstantOfShape", "integers", [known([4])], { value: fill(7, "int64") }),
  operatorCase("ConstantOfShape", "scalar", [known([])], { value: fill(1.5, "float32") }),
  operatorCase("EyeLike", "diagonal 1", [floats([3, 4])], { k: int(1) }),
  operatorCase("EyeLike", "as integers", [floats([3, 3])], { dtype: string("int64") }),
];
