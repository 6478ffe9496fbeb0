import { floatAttribute, intAttribute } from "../graph/graph";
import type { Value } from "../graph/graphBuilder";
import type { OpBuilder } from "../graph/opBuilder";

/** AᵀB of a few rows, which the gradient of a weight is where few rows were multiplied with it. */
interface RowProduct {
  readonly rowCount: number;
  /** [K, M]. */
  readonly a: () => Value;
  /** [K, N]. */
  readonly b: Value;
}

/**
 * AᵀB + CᵀD as [A; C]ᵀ [B; D], one product and no sum, where the rows are so few that stacking them is cheaper than adding two
 * matrices up: a weight that is used in several products gets its gradient in one. Undefined where that does not apply.
 */
export function joinedProduct(g: OpBuilder, first: Value, second: Value): Value | undefined {
  const [p, q] = [rowProduct(g, first), rowProduct(g, second)];
  if (!p || !q) return undefined;
  const [height = 0, width = 0] = first.shape;
  if (2 * (p.rowCount + q.rowCount) * (height + width) > height * width) return undefined;
  const stack = (x: Value, y: Value): Value => g.concat([...stacked(g, x), ...stacked(g, y)], 0);
  return g.gemm(stack(p.a(), q.a()), stack(p.b, q.b), undefined, { transA: true });
}

function rowProduct(g: OpBuilder, value: Value): RowProduct | undefined {
  const node = g.producer(value);
  if (node?.opType !== "Gemm" || (node.inputs[2] ?? "") !== "") return undefined;
  const isPlain = intAttribute(node.attributes, "transB", 0) === 0 && floatAttribute(node.attributes, "alpha", 1) === 1;
  const [left, b] = node.inputs.map((name) => g.value(name));
  if (!isPlain || !left || !b) return undefined;
  const isTransposed = intAttribute(node.attributes, "transA", 0) === 1;
  return { rowCount: b.shape[0] ?? 0, a: () => (isTransposed ? left : g.transpose(left, [1, 0])), b };
}

/** What rows were stacked of. */
function stacked(g: OpBuilder, rows: Value): readonly Value[] {
  const node = g.producer(rows);
  if (node?.opType !== "Concat" || intAttribute(node.attributes, "axis", 0) !== 0) return [rows];
  return node.inputs.flatMap((name) => g.value(name) ?? []);
}
