import { float32ToFloat16 } from "../../src/core/graph/float16";
import type { Graph, GraphNode, Initializer } from "../../src/core/graph/graph";
import { isExternal, string } from "../../src/core/graph/graph";
import { fromData, sizeOf } from "../../src/core/graph/tensor";

/** Smaller constants are left alone: they weigh nothing, and some are scales whose last digits count. */
const MIN_ELEMENTS = 256;

/** Mantissa bits of half precision that are rounded away: files shrink by as much when they are packed. */
const DROPPED_BITS = 2;

/**
 * The same graph with its large float32 weights stored in half precision; a Cast widens each when the model is loaded, so
 * that everything is computed in single precision as before. Half the size, for weights rounded to nine
 * significant bits.
 */
export function halfWeights(graph: Graph): Graph {
  const casts: GraphNode[] = [];
  const initializers = new Map<string, Initializer>();
  const types = new Map(graph.types);
  for (const [name, value] of graph.initializers) {
    if (isExternal(value) || value.dtype !== "float32" || sizeOf(value.shape) < MIN_ELEMENTS) {
      initializers.set(name, value);
      continue;
    }
    const stored = `${name}/float16`;
    const data = float32ToFloat16(value.data as Float32Array).map(rounded);
    initializers.set(stored, fromData("float16", value.shape, data));
    types.set(stored, { dtype: "float16", shape: value.shape });
    casts.push({
      name: `${name}/widen`,
      opType: "Cast",
      domain: "",
      inputs: [stored],
      outputs: [name],
      attributes: { to: string("float32") },
    });
  }
  return { ...graph, nodes: [...casts, ...graph.nodes], initializers, types };
}

/** A half-precision pattern with its last bits zero, rounded to nearest even. */
function rounded(bits: number): number {
  const step = 1 << DROPPED_BITS;
  const toEven = step / 2 - 1 + ((bits >> DROPPED_BITS) & 1);
  return (bits + toEven) & ~(step - 1);
}
