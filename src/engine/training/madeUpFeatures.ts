import type { Feeds } from "../../core/graph/executor";
import type { Graph } from "../../core/graph/graph";
import { fromData, sizeOf, type Tensor, zeros } from "../../core/graph/tensor";

/**
 * Values from 0.5 up to 1 for every input of a graph that is a feature: the time of a graph does not depend on them.
 * @param others inputs that are none
 */
export function madeUpFeatures({ inputs }: Graph, others: ReadonlySet<string>): Feeds {
  return Object.fromEntries(
    inputs.flatMap(({ name, dtype, shape }): [string, Tensor][] => {
      if (others.has(name)) return [];
      const size = shape as readonly number[];
      const count = sizeOf(size);
      if (dtype === "float32")
        return [
          [
            name,
            fromData(
              dtype,
              size,
              Float32Array.from({ length: count }, (_, i) => 0.5 + (i % 97) / 194),
            ),
          ],
        ];
      // Bit patterns from 0x3800 are the numbers from 0.5.
      if (dtype === "float16")
        return [
          [
            name,
            fromData(
              dtype,
              size,
              Uint16Array.from({ length: count }, (_, i) => 0x3800 + (i % 97)),
            ),
          ],
        ];
      // Positions and the like: the first is always there.
      return [[name, zeros(dtype, size)]];
    }),
  );
}
