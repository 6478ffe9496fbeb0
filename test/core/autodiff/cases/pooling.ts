import { int, ints, string, type Attributes } from "../../../../src/core/graph/graph";
import type { OpType } from "../../../../src/core/graph/opType";
import { tensor, type Shape } from "../../../../src/core/graph/tensor";
import type { GradientCase } from "../../../support/gradcheck";
import { apply } from "./elementwise";

const pool = (
  opType: "MaxPool" | "AveragePool",
  label: string,
  x: Shape,
  kernel: number[],
  attributes: Attributes = {},
): GradientCase => apply(opType, [x], { kernel_shape: ints(kernel), ...attributes }, label);

const pools = (opType: "MaxPool" | "AveragePool"): GradientCase[] => [
  pool(opType, "tiles", [2, 2, 4, 6], [2, 3], { strides: ints([2, 3]) }),
  pool(opType, "overlapping", [1, 2, 5, 5], [3, 3], { strides: ints([2, 2]) }),
  pool(opType, "stride 1", [1, 1, 4, 4], [2, 2]),
  pool(opType, "padded", [1, 2, 5, 5], [3, 3], { strides: ints([2, 2]), pads: ints([1, 1, 1, 1]) }),
  pool(opType, "rows left over", [1, 1, 6, 7], [2, 2], { strides: ints([3, 3]) }),
  pool(opType, "ceil mode", [1, 1, 6, 6], [3, 3], { strides: ints([2, 2]), ceil_mode: int(1) }),
  pool(opType, "SAME_UPPER", [1, 1, 5, 5], [2, 2], { strides: ints([2, 2]), auto_pad: string("SAME_UPPER") }),
  pool(opType, "1-D", [2, 2, 6], [3], { strides: ints([2]) }),
  pool(opType, "dilated", [1, 1, 6, 6], [2, 2], { dilations: ints([2, 2]) }),
];

const resize = (
  label: string,
  x: Shape,
  target: { scales?: number[]; sizes?: number[] },
  attributes: Attributes,
): GradientCase => ({
  label: `Resize ${label}`,
  inputs: [x],
  build: (g, a) =>
    g.op(
      "Resize",
      [
        a,
        undefined,
        target.scales && g.constant(tensor("float32", [target.scales.length], target.scales)),
        target.sizes && g.ints(target.sizes),
      ],
      attributes,
    ),
});

const linear = (transform: string): GradientCase =>
  resize(
    `linear ${transform}`,
    [1, 2, 3, 4],
    { sizes: [1, 2, 5, 7] },
    {
      mode: string("linear"),
      coordinate_transformation_mode: string(transform),
    },
  );

const nearest = (transform: string, mode: string): GradientCase =>
  resize(
    `nearest ${transform} ${mode}`,
    [1, 2, 3, 4],
    { sizes: [1, 2, 5, 3] },
    {
      mode: string("nearest"),
      coordinate_transformation_mode: string(transform),
      nearest_mode: string(mode),
    },
  );

export const poolingCases = {
  MaxPool: pools("MaxPool"),
  AveragePool: [
    ...pools("AveragePool"),
    pool("AveragePool", "padding counts", [1, 2, 5, 5], [3, 3], {
      strides: ints([2, 2]),
      pads: ints([1, 1, 1, 1]),
      count_include_pad: int(1),
    }),
    pool("AveragePool", "padding counts, ceil mode", [1, 1, 6, 6], [3, 3], {
      strides: ints([2, 2]),
      pads: ints([1, 1, 1, 1]),
      ceil_mode: int(1),
      count_include_pad: int(1),
    }),
  ],
  GlobalAveragePool: [apply("GlobalAveragePool", [[2, 3, 2, 4]])],
  GlobalMaxPool: [apply("GlobalMaxPool", [[2, 3, 2, 4]])],
  Resize: [
    resize(
      "nearest ×2",
      [2, 2, 2, 3],
      { scales: [1, 1, 2, 2] },
      {
        mode: string("nearest"),
        coordinate_transformation_mode: string("asymmetric"),
        nearest_mode: string("floor"),
      },
    ),
    resize("nearest ×2 ×3 half pixel", [1, 2, 2, 3], { scales: [1, 1, 2, 3] }, { mode: string("nearest") }),
    ...["asymmetric", "half_pixel", "pytorch_half_pixel", "align_corners"].flatMap((transform) =>
      ["floor", "ceil", "round_prefer_floor", "round_prefer_ceil"].map((mode) => nearest(transform, mode)),
    ),
    ...["asymmetric", "half_pixel", "pytorch_half_pixel", "align_corners", "half_pixel_symmetric"].map(linear),
    resize("linear down", [1, 1, 6, 5], { scales: [1, 1, 0.5, 0.6] }, { mode: string("linear") }),
    resize("cubic", [1, 1, 4, 5], { sizes: [1, 1, 6, 3] }, { mode: string("cubic") }),
    resize(
      "cubic without outside",
      [1, 1, 4, 5],
      { sizes: [1, 1, 6, 7] },
      { mode: string("cubic"), exclude_outside: int(1) },
    ),
  ],
} satisfies Partial<Record<OpType, readonly GradientCase[]>>;
