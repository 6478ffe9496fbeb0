import { describe, expect, test } from "vitest";
import type { Attributes } from "../../../../src/core/graph/graph";
import { int, ints, string } from "../../../../src/core/graph/graph";
import { OpBuilder } from "../../../../src/core/graph/opBuilder";
import type { OpType } from "../../../../src/core/graph/opType";
import type { DataType, Shape } from "../../../../src/core/graph/tensor";
import { ShapeError } from "../../../../src/core/graph/inference/rule";

type Operand = readonly [DataType, Shape] | readonly number[];

/** Adds one node; an operand is a type or, as a plain list, a constant int64 vector. */
function build(opType: OpType, operands: readonly Operand[], attributes: Attributes = {}, outputCount = 1) {
  const g = new OpBuilder("test");
  const isType = (operand: Operand): operand is readonly [DataType, Shape] => typeof operand[0] === "string";
  const inputs = operands.map((operand, index) =>
    isType(operand) ? g.input(`x${index}`, operand[0], operand[1]) : g.ints(operand),
  );
  return g.node(opType, inputs, attributes, { outputCount });
}

const f = (...shape: number[]): Operand => ["float32", shape];
const i = (...shape: number[]): Operand => ["int64", shape];
const b = (...shape: number[]): Operand => ["bool", shape];

const mistakes: readonly (readonly [OpType, readonly Operand[], string, Attributes?, number?])[] = [
  ["Exp", [i(2)], "Exp expects floats; got int64[2]."],
  ["Exp", [], "Exp expects input 0 (X); got nothing."],
  ["Not", [f(2)], "Not expects bool; got float32[2]."],
  ["Cast", [f(2)], 'got "complex64".', { to: string("complex64") }],
  ["Clip", [f(2), f(2)], "Clip expects min to be one float32; got float32[2]."],
  ["PRelu", [f(3), f(2, 3)], "PRelu expects a slope that broadcasts to float32[3]; got float32[2, 3]."],
  ["Add", [f(2, 3), f(2)], "Add expects shapes that broadcast; got float32[2, 3] and float32[2]."],
  ["Add", [f(2), i(2)], "Add expects operands of one element type; got float32[2] and int64[2]."],
  ["Add", [b(2), b(2)], "Add expects numbers; got bool[2] and bool[2]."],
  ["And", [f(2), f(2)], "And expects bool operands; got float32[2] and float32[2]."],
  ["Where", [f(2), f(2), f(2)], "Where expects a bool condition; got float32[2]."],
  ["Where", [b(2), f(2), i(2)], "Where expects branches of one element type; got float32[2] and int64[2]."],
  ["MatMul", [f(2, 3), f(4, 5)], "MatMul expects A's last size to equal B's last but one; got float32[2, 3] and float32[4, 5]."],
  ["MatMul", [f(2, 2, 3), f(3, 3, 4)], "MatMul expects leading sizes that broadcast"],
  ["MatMul", [f(), f(2)], "MatMul expects A of rank 1 or more; got float32[]."],
  ["Gemm", [f(2, 3), f(2, 3)], "Gemm expects matrices that multiply"],
  ["Gemm", [f(2, 3), f(3, 4), f(3)], "Gemm expects C to broadcast to float32[2, 4]; got float32[3]."],
  ["Einsum", [f(2, 3), f(4, 5)], 'Einsum expects operands that fit "ij,jk->ik"; got index "j" is both 3 and 4.', { equation: string("ij,jk->ik") }],
  ["Conv", [f(1, 3, 8, 8), f(4, 2, 3, 3)], "Conv expects X's channels to be W's second size × group 1"],
  ["Conv", [f(1, 3, 2, 2), f(4, 3, 3, 3)], "Conv expects a kernel that fits into the padded input; got float32[1, 3, 2, 2]."],
  ["Conv", [f(1, 3, 8, 8), f(4, 3, 3, 3), f(3)], "Conv expects a bias float32[4]; got float32[3]."],
  ["Conv", [f(1, 3, 8, 8), f(4, 3, 3, 3)], "Conv expects kernel_shape to be W's [3, 3]; got [5, 5].", { kernel_shape: ints([5, 5]) }],
  ["ConvTranspose", [f(1, 3, 8, 8), f(4, 3, 3, 3)], "ConvTranspose expects X's channels to be W's first size"],
  ["BatchNormalization", [f(2, 3), f(3), f(3), f(3), f(2)], "BatchNormalization expects input_var float32[3]; got float32[2]."],
  ["BatchNormalization", [f(2, 3), f(3), f(3), f(3), f(3)], "BatchNormalization expects training_mode 0", { training_mode: int(1) }],
  ["LayerNormalization", [f(2, 3), f(4)], "LayerNormalization expects Scale to broadcast to X float32[2, 3]; got float32[4]."],
  ["Softmax", [f(2, 3)], "Softmax expects an axis in [-2, 2); got 2.", { axis: int(2) }],
  ["ReduceSum", [f(2, 3), [2]], "ReduceSum expects an axis in [-2, 2); got 2."],
  ["ReduceSum", [f(2, 3), i(1)], "ReduceSum expects axes (input 1) known while the graph is built; got computed int64[1]."],
  ["TopK", [f(2, 3), [4]], "TopK expects K of at most 3 for float32[2, 3]; got 4.", {}, 2],
  ["MaxPool", [f(1, 1, 4, 4)], "MaxPool expects kernel_shape of 2 sizes for float32[1, 1, 4, 4]; got [2].", { kernel_shape: ints([2]) }],
  ["Resize", [f(1, 1, 4, 4)], "Resize expects one scale or one size per resized axis of float32[1, 1, 4, 4]; got scales [], sizes []."],
  ["Reshape", [f(2, 3), [4, -1]], "Reshape expects a shape of 6 elements for float32[2, 3]; got [4, -1]."],
  ["Reshape", [f(2, 3), [-1, -1]], "Reshape expects a shape of 6 elements"],
  ["Squeeze", [f(2, 1), [0]], "Squeeze expects axis 0 to have size 1; got float32[2, 1]."],
  ["Unsqueeze", [f(2), [0, -3]], "Unsqueeze expects axes without repetition; got [0, -3]."],
  ["Transpose", [f(2, 3)], "Transpose expects a permutation of the axes of float32[2, 3]; got [0, 0].", { perm: ints([0, 0]) }],
  ["Expand", [f(2, 3), [4, 1]], "Expand expects a shape to which float32[2, 3] broadcasts; got [4, 1]."],
  ["Tile", [f(2, 3), [2]], "Tile expects one repeat per axis of float32[2, 3]; got [2]."],
  ["DepthToSpace", [f(1, 6, 2, 2)], "DepthToSpace expects channels that are a multiple of 2²", { blocksize: int(2) }],
  ["SpaceToDepth", [f(1, 6, 3, 2)], "SpaceToDepth expects height and width that are multiples of 2", { blocksize: int(2) }],
  ["Concat", [f(2, 3), f(3, 3)], "Concat expects inputs that differ only along axis 1; got float32[2, 3] and float32[3, 3].", { axis: int(1) }],
  ["Split", [f(2, 6), [1, 2]], "Split expects 2 sizes that add up to 6 for float32[2, 6]; got [1, 2].", { axis: int(1) }, 2],
  ["Slice", [f(4), [0], [4], [0], [0]], "Slice expects steps other than 0; got [0]."],
  ["Slice", [f(4), [0, 1], [4]], "Slice expects as many starts as ends, axes and steps; got 2, 1, 2, 2."],
  ["Pad", [f(4), [1, 0, 1]], "Pad expects pads of 2 entries for float32[4]; got [1, 0, 1]."],
  ["Pad", [f(2), [-1, -2]], "Pad expects pads that leave something of float32[2]; got [-1, -2]."],
  ["Gather", [f(4), f(2)], "Gather expects int64 or int32 indices; got float32[2]."],
  ["GatherElements", [f(2, 2), i(3, 3)], "GatherElements expects indices within the data's shape except on axis 0"],
  ["GatherND", [f(2, 2), i(1, 3)], "GatherND expects index tuples no longer than the data's rank"],
  ["ScatterElements", [f(3, 3), i(1, 3), f(1, 2)], "ScatterElements expects updates float32[1, 3]; got float32[1, 2]."],
  ["ScatterND", [f(3, 3), i(2, 1), f(2, 2)], "ScatterND expects updates float32[2, 3]; got float32[2, 2]."],
  ["Trilu", [f(3)], "Trilu expects input of rank 2 or more; got float32[3]."],
  ["OneHot", [i(3), [4], f(2)], "OneHot expects an axis in [-2, 2); got 3.", { axis: int(3) }],
  ["Range", [[0], [4], [0]], "Range expects a delta other than 0; got 0."],
  ["ConstantOfShape", [[2, -1]], "ConstantOfShape expects sizes of at least 0; got [2, -1]."],
  ["EyeLike", [f(2, 3, 4)], "EyeLike expects a matrix; got float32[2, 3, 4]."],
]; // prettier-ignore

describe("a mistake names the operator, what it expects and what it got", () => {
  for (const [opType, operands, message, attributes, outputCount] of mistakes) {
    test(message, () => {
      expect(() => build(opType, operands, attributes, outputCount)).toThrow(ShapeError);
      expect(() => build(opType, operands, attributes, outputCount)).toThrow(message);
    });
  }
});

test("Split divides evenly among the outputs when nothing else is said", () => {
  expect(build("Split", [f(2, 7)], { axis: int(1) }, 3).map(({ shape }) => shape)).toEqual([
    [2, 3],
    [2, 3],
    [2, 1],
  ]);
});

test("a computed diagonal of Trilu and a computed axis of CumSum change no shape", () => {
  expect(build("Trilu", [f(3, 4), i()])[0]?.shape).toEqual([3, 4]);
  expect(build("CumSum", [f(3, 4), i()])[0]?.shape).toEqual([3, 4]);
});
