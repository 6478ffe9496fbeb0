import type { Dimension } from "../../graph/graph";
import type { Sample } from "./sampleShapes";

/** The shape of a value with its free axes named after those of the inputs: `[batch, sequence + 1, 768]`. */
export function symbolicShape(sample: Sample, value: string): Dimension[] {
  const shape = sizes(sample.graph.types.get(value)?.shape);
  return shape.map((size, axis): Dimension => {
    const dependencies = sample.variations.flatMap(({ symbol, size: from, variedSize, graph }) => {
      const varied = sizes(graph.types.get(value)?.shape)[axis];
      return varied === undefined || varied === size ? [] : [{ symbol, from, to: variedSize, varied }];
    });
    const [only, another] = dependencies;
    if (!only) return size;
    if (another) return dependencies.map(({ symbol }) => symbol).join(" × ");
    return relation(only.symbol, only.from, only.to, size, only.varied);
  });
}

/** size = a · symbol + b, written as people do. */
function relation(symbol: string, from: number, to: number, size: number, varied: number): string {
  const slope = (varied - size) / (to - from);
  const offset = size - slope * from;
  if (slope < 1 && Number.isInteger(1 / slope)) return withOffset(`${symbol} / ${1 / slope}`, offset);
  if (!Number.isInteger(slope)) return symbol;
  return withOffset(slope === 1 ? symbol : `${slope} × ${symbol}`, offset);
}

function withOffset(term: string, offset: number): string {
  if (offset === 0) return term;
  return offset > 0 ? `${term} + ${offset}` : `${term} − ${-offset}`;
}

function sizes(shape: readonly Dimension[] | undefined): number[] {
  return (shape ?? []).map((size) => (typeof size === "number" ? size : 1));
}
