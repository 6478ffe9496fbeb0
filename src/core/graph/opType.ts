/**
 * Every operator this project understands, in its form at opset 20. Three tables are total over this list, so a new
 * operator does not compile until each of them has an entry: shape inference (`inference/`), reference evaluation
 * (`evaluation/`) and differentiation (`../autodiff/rules/`).
 */
export const opTypes = [
  // element-wise, one input
  "Abs", "Neg", "Exp", "Log", "Sqrt", "Reciprocal", "Sin", "Cos", "Erf", "Floor", "Ceil", "Round", "Sign", "Not", "IsNaN",
  "Relu", "LeakyRelu", "PRelu", "Elu", "Softplus", "Sigmoid", "Tanh", "Gelu", "HardSigmoid", "HardSwish", "Clip",
  "Identity", "Cast",
  // element-wise, broadcasting
  "Add", "Sub", "Mul", "Div", "Pow", "Mod", "Min", "Max", "Equal", "Greater", "GreaterOrEqual", "Less", "LessOrEqual",
  "And", "Or", "Xor", "Where",
  // products
  "MatMul", "Gemm", "Einsum", "Conv", "ConvTranspose",
  // normalisation
  "BatchNormalization", "LayerNormalization", "InstanceNormalization", "Softmax", "LogSoftmax",
  // reductions and order
  "ReduceSum", "ReduceMean", "ReduceMax", "ReduceMin", "ReduceProd", "ReduceL1", "ReduceL2", "ReduceSumSquare",
  "ReduceLogSumExp", "ArgMax", "ArgMin", "CumSum", "TopK",
  // pooling and resampling
  "MaxPool", "AveragePool", "GlobalAveragePool", "GlobalMaxPool", "Resize",
  // shape and movement
  "Shape", "Size", "Reshape", "Flatten", "Squeeze", "Unsqueeze", "Transpose", "Concat", "Split", "Slice", "Gather",
  "GatherElements", "GatherND", "ScatterElements", "ScatterND", "Expand", "Tile", "Pad", "DepthToSpace", "SpaceToDepth",
  "Trilu", "OneHot", "Range", "ConstantOfShape", "EyeLike",
] as const; // prettier-ignore

export type OpType = (typeof opTypes)[number];

const known: ReadonlySet<string> = new Set(opTypes);

export function isOpType(name: string): name is OpType {
  return known.has(name);
}
