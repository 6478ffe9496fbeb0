import fc from "fast-check";
import { expect, test } from "vitest";
import { UserError } from "../../../src/core/errors";
import { type Attribute, float, int, ints, string } from "../../../src/core/graph/graph";
import { opTypes } from "../../../src/core/graph/opType";
import { tensor, type Tensor } from "../../../src/core/graph/tensor";
import { decodeModel } from "../../../src/core/onnx/decodeModel";
import { reportModel } from "../../../src/core/onnx/report/reportModel";
import { fusedOperatorRules } from "../../../src/core/onnx/upgrade/fusedOperators";
import { upgradeRules } from "../../../src/core/onnx/upgrade/upgradeRules";
import { fuzzOptions } from "../../support/fuzz";
import { rawModel, type RawModelSpec, type RawNodeSpec } from "../../support/rawModel";

/** Small numbers, which make sense now and then, and those that claim more than there can be. */
const whole = fc.oneof(
  fc.integer({ min: -3, max: 9 }),
  fc.constantFrom(2 ** 20, 2 ** 31, 2 ** 40, -(2 ** 31), 2 ** 53 - 1),
);
const sizes = fc.array(whole, { maxLength: 4 });
const attribute: fc.Arbitrary<Attribute> = fc.oneof(
  whole.map(int),
  sizes.map(ints),
  fc.float({ noNaN: false }).map(float),
  fc.constantFrom("float32", "SAME_UPPER", "linear", "bij,bjk->bik", "constructor", "\u0000").map(string),
);

const inherited = ["constructor", "__proto__", "toString", "hasOwnProperty", "valueOf"];
const attributeNames = [
  ...["axis", "axes", "to", "group", "kernel_shape", "strides", "pads", "dilations", "auto_pad", "epsilon", "perm"],
  ...["keepdims", "num_heads", "split", "starts", "ends", "equation", "mode", "blocksize", "k", "num_groups"],
  ...inherited,
];
const opType = fc.constantFrom(
  ...opTypes,
  ...Object.keys(upgradeRules),
  ...Object.keys(fusedOperatorRules),
  ...inherited,
);
const values = ["x", "ids", "w", "shape", "a", "b", "c", "d", "", "__proto__"];

const node = (output: string): fc.Arbitrary<RawNodeSpec> =>
  fc.record({
    opType,
    domain: fc.constantFrom("", "", "", "com.microsoft", "constructor"),
    inputs: fc.array(fc.constantFrom(...values), { maxLength: 4 }),
    outputs: fc.constantFrom([output], [output, `${output}2`], [output, ""]),
    attributes: fc.dictionary(fc.constantFrom(...attributeNames), attribute, { maxKeys: 3, noNullPrototype: false }),
  });

const constant: fc.Arbitrary<Tensor> = fc
  .tuple(fc.constantFrom("float32", "int64", "float16"), fc.array(fc.nat(3), { maxLength: 3 }))
  .chain(([dtype, shape]) => {
    const count = shape.reduce((product, size) => product * size, 1);
    const number = dtype === "int64" ? whole : fc.nat(3);
    return fc.array(number, { minLength: count, maxLength: count }).map((all) => tensor(dtype, shape, all));
  });

const model: fc.Arbitrary<RawModelSpec> = fc.record({
  opset: fc.integer({ min: 7, max: 24 }),
  nodes: fc.tuple(node("a"), node("b"), node("c"), node("d")),
  inputs: fc.record({
    x: fc.record({ dtype: fc.constantFrom("float32", "float16"), shape: fc.array(whole, { maxLength: 4 }) }),
    ids: fc.record({ dtype: fc.constant("int64"), shape: fc.constantFrom([2, 3], [1], []) }),
  }),
  outputs: fc.subarray(["a", "b", "c", "d"], { minLength: 1 }),
  initializers: fc.record({ w: constant, shape: constant }),
});

test("models of any operators, attributes and sizes are described or refused in a sentence, in little memory", () => {
  const before = process.memoryUsage();
  let most = 0;
  let described = 0;
  fc.assert(
    fc.property(model, (spec) => {
      try {
        reportModel(decodeModel(rawModel(spec)), { values: true });
        described++;
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        expect(error.message).toMatch(/^The model.*\.$/s);
      }
      const { heapUsed, arrayBuffers } = process.memoryUsage();
      most = Math.max(most, heapUsed - before.heapUsed + arrayBuffers - before.arrayBuffers);
    }),
    fuzzOptions(1500),
  );
  expect(described).toBeGreaterThan(20);
  expect(most).toBeLessThan(400 * 2 ** 20);
});
