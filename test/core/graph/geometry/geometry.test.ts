import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { broadcastShapes } from "../../../../src/core/graph/geometry/broadcast";
import { resolveSlice } from "../../../../src/core/graph/geometry/slice";
import { slidingWindow } from "../../../../src/core/graph/geometry/window";
import { int, ints, string } from "../../../../src/core/graph/graph";
import { interpret } from "../../../../src/core/graph/interpret";
import { OpBuilder } from "../../../../src/core/graph/opBuilder";
import type { Shape } from "../../../../src/core/graph/tensor";
import { numbersOf, sizeOf, tensor } from "../../../../src/core/graph/tensor";

const size = fc.integer({ min: 1, max: 4 });
const position = fc.integer({ min: -9, max: 9 });

function iota(shape: Shape) {
  return tensor(
    "float32",
    shape,
    Float32Array.from({ length: sizeOf(shape) }, (_, index) => index + 1),
  );
}

describe("broadcasting", () => {
  const shapes = fc.array(size, { maxLength: 4 });

  test("is symmetric and refuses exactly the sizes that differ without being 1", () => {
    fc.assert(
      fc.property(shapes, shapes, (a, b) => {
        const result = broadcastShapes(a, b);
        expect(broadcastShapes(b, a)).toEqual(result);
        const rank = Math.max(a.length, b.length);
        const sizesAt = (fromEnd: number): number[] =>
          [a.at(-fromEnd) ?? 1, b.at(-fromEnd) ?? 1].filter((s) => s !== 1);
        const clashes = Array.from({ length: rank }, (_, k) => k + 1).some((k) => new Set(sizesAt(k)).size > 1);
        expect(result === undefined).toBe(clashes);
      }),
    );
  });

  test("reads the element that NumPy's rule names", () => {
    const masks = fc.array(fc.tuple(size, fc.boolean(), fc.boolean()), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(masks, (axes) => {
        const shape = axes.map(([n]) => n);
        const [a, b] = [1, 2].map((which) => axes.map((axis) => (axis[which] ? 1 : axis[0]))) as [number[], number[]];
        const g = new OpBuilder();
        g.output("y", g.sub(g.input("a", "float32", a), g.expand(g.input("b", "float32", b), shape)));
        const y = interpret(g.build(), { a: iota(a), b: iota(b) })["y"]!;
        expect(y.shape).toEqual(shape);
        const element = (own: Shape, index: readonly number[]): number =>
          1 + own.reduce((flat, n, axis) => flat * n + (n === 1 ? 0 : index[axis]!), 0);
        for (const [flat, value] of numbersOf(y).entries()) {
          const index = shape.map((n, axis) => Math.floor(flat / sizeOf(shape.slice(axis + 1))) % n);
          expect(value).toBe(element(a, index) - element(b, index));
        }
      }),
    );
  });
});

describe("slicing", () => {
  test("picks the elements that Array.prototype.slice picks, forwards", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 7 }),
        position,
        position,
        fc.integer({ min: 1, max: 3 }),
        (n, start, end, step) => {
          const wanted = [...Array(n).keys()].slice(start, end).filter((_, k) => k % step === 0);
          const { start: first, count } = resolveSlice(n, start, end, step);
          expect(Array.from({ length: count }, (_, k) => first + k * step)).toEqual(wanted);
        },
      ),
    );
  });

  test("backwards, picks what lies from the start down to just after the end", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 7 }),
        position,
        position,
        fc.integer({ min: 1, max: 3 }),
        (n, start, end, step) => {
          const from = Math.min(start < 0 ? start + n : start, n - 1);
          const to = Math.max(end < 0 ? end + n : end, -1);
          const wanted: number[] = [];
          for (let k = from; k > to && k >= 0; k -= step) wanted.push(k);
          const sliced = resolveSlice(n, start, end, -step);
          expect(Array.from({ length: sliced.count }, (_, k) => sliced.start - k * step)).toEqual(wanted);
        },
      ),
    );
  });
});

test("padding by a mode and cropping the pads again gives the input back", () => {
  const amount = fc.integer({ min: 0, max: 2 });
  const mode = fc.constantFrom("constant", "edge", "reflect", "wrap");
  fc.assert(
    fc.property(
      fc.integer({ min: 3, max: 5 }),
      fc.integer({ min: 3, max: 5 }),
      fc.array(amount, { minLength: 4, maxLength: 4 }),
      mode,
      (rows, columns, pads, kind) => {
        const g = new OpBuilder();
        const x = g.input("x", "float32", [rows, columns]);
        const padded = g.op("Pad", [x, g.ints(pads)], { mode: string(kind) });
        expect(padded.shape).toEqual([rows + pads[0]! + pads[2]!, columns + pads[1]! + pads[3]!]);
        g.output("padded", padded);
        g.output("cropped", g.op("Pad", [padded, g.ints(pads.map((pad) => -pad))]));
        const feeds = { x: iota([rows, columns]) };
        const results = interpret(g.build(), feeds);
        expect(numbersOf(results["cropped"]!)).toEqual(numbersOf(feeds.x));
        expect(results["padded"]!.data.length).toBe(sizeOf(padded.shape));
      },
    ),
  );
});

test("a sliding window is placed wherever the dilated kernel fits", () => {
  const small = fc.integer({ min: 1, max: 3 });
  const pad = fc.integer({ min: 0, max: 2 });
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 12 }),
      small,
      small,
      small,
      pad,
      pad,
      fc.boolean(),
      (n, kernel, stride, dilation, begin, end, isCeil) => {
        const attributes = {
          strides: ints([stride]),
          dilations: ints([dilation]),
          pads: ints([begin, end]),
          ceil_mode: int(isCeil ? 1 : 0),
        };
        const [length] = slidingWindow(attributes, [n], [kernel]).output as [number];
        const extent = (kernel - 1) * dilation + 1;
        fc.pre(n + begin + end >= extent && begin < extent && end < extent);
        let placed = 0;
        for (let start = -begin; start + extent <= n + end; start += stride) placed++;
        // Rounding up adds one window that overhangs the end, if it starts before the trailing padding.
        const next = placed * stride - begin;
        const overhangs = isCeil && next < n && next - stride + extent < n + end;
        expect(length).toBe(placed + (overhangs ? 1 : 0));
      },
    ),
  );
});
