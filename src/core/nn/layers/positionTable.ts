import type { Tensor } from "../../graph/tensor";
import { fromData } from "../../graph/tensor";

/** Sinusoidal positions [length, width]: column 2j holds sin(p · 10000^(−2j / width)), column 2j + 1 the cosine. */
export function positionTable(length: number, width: number): Tensor<"float32"> {
  const data = new Float32Array(length * width);
  for (let position = 0; position < length; position++) {
    for (let column = 0; column < width; column++) {
      const pair = column - (column % 2);
      const angle = position * 10000 ** (-pair / width);
      data[position * width + column] = column % 2 === 0 ? Math.sin(angle) : Math.cos(angle);
    }
  }
  return fromData("float32", [length, width], data);
}

/** The rows of a matrix in reverse order. */
export function reverseRows({ shape, data }: Tensor<"float32">): Tensor<"float32"> {
  const [rows = 0, width = 1] = shape;
  const reversed = new Float32Array(data.length);
  for (let row = 0; row < rows; row++) {
    reversed.set(data.subarray(row * width, (row + 1) * width), (rows - 1 - row) * width);
  }
  return fromData("float32", shape, reversed);
}
