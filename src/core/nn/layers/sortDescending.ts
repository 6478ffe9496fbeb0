import { int } from "../../graph/graph";
import type { Value } from "../../graph/graphBuilder";
import type { OpBuilder } from "../../graph/opBuilder";

/** Sorts along `axis`, largest first, every line on its own. */
export function sortDescending(g: OpBuilder, x: Value, axis: number): Value {
  const size = x.shape[axis] ?? 1;
  const [values] = g.node(
    "TopK",
    [x, g.ints([size])],
    { axis: int(axis), largest: int(1), sorted: int(1) },
    { outputCount: 2 },
  );
  return values as Value;
}
