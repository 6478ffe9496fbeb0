import { expect, test } from "vitest";
import { applyOverrides } from "../../../src/core/experiment/overrides";

test("replaces the value at a path and leaves the original as it is", () => {
  const original = { a: { b: 1, c: 2 }, d: [1, 2] };
  expect(applyOverrides(original, { "a.b": 3, d: [4] })).toEqual({ a: { b: 3, c: 2 }, d: [4] });
  expect(original).toEqual({ a: { b: 1, c: 2 }, d: [1, 2] });
});

test("makes the objects on the way", () => {
  expect(applyOverrides({}, { "a.b.c": 1 })).toEqual({ a: { b: { c: 1 } } });
});

test("later overrides see earlier ones", () => {
  expect(applyOverrides({ a: { b: 1 } }, { a: { c: 2 }, "a.d": 3 })).toEqual({ a: { c: 2, d: 3 } });
});

test("never reaches a prototype", () => {
  const result = applyOverrides({}, { "__proto__.polluted": 1, "constructor.prototype.polluted": 1 });
  expect(Object.keys(result as object)).toEqual(["__proto__", "constructor"]);
  expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
});
