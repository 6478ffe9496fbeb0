import { describe, expect, test } from "vitest";
import { UserError } from "../../../src/core/errors";
import { numbersOf, tensor, type Tensor } from "../../../src/core/graph/tensor";
import type { MethodOutput } from "../../../src/core/petl/method";
import { unipt } from "../../../src/core/petl/unipt/unipt";
import type { UniptConfig } from "../../../src/core/petl/unipt/uniptOptions";
import { resolveUniptOptions } from "../../../src/core/petl/unipt/uniptPresets";
import { randomTensor, runScope } from "../../support/runScope";
import { type PlainParameters, plainUnipt } from "./plainUnipt";

const [batch, tokenCount, queryCount, width] = [2, 5, 3, 6];
const named = (name: string, count: number, length: number): Record<string, Tensor> =>
  Object.fromEntries(
    Array.from({ length: count }, (_, layer) => [
      `${name}${layer}`,
      randomTensor(`${name}${layer}`, [batch, length, width]),
    ]),
  );
const mask = tensor("float32", [batch, tokenCount], [1, 1, 1, 1, 1, 1, 1, 1, 0, 0]);
const decoderStates = named("d", 7, queryCount);
const inputs = { ...named("e", 5, tokenCount), ...decoderStates, mask };
const small = { name: "unipt", embedDim: 8, reductionFactor: 2 } as const;

function run(config: Partial<UniptConfig> = {}, given: Readonly<Record<string, Tensor>> = inputs) {
  let method: MethodOutput | undefined;
  const result = runScope(given, (scope, values) => {
    const states = (side: string) => Object.keys(values).flatMap((name) => (name[0] === side ? [values[name]!] : []));
    const input = { hiddenStates: states("e"), decoderStates: states("d"), mask: values["mask"] };
    method = unipt.build(scope, input, { ...small, ...config });
    const { tokens, confidence, decoder } = method;
    return {
      tokens,
      confidence: confidence!,
      decoderConfidence: decoder!.confidence,
      memory: decoder!.memory,
      ...Object.fromEntries(decoder!.auxiliaryTokens.map((value, index) => [`auxiliary${index}`, value])),
    };
  });
  return { ...result, method: method! };
}

test("taps every second layer of both sides, and gives an output for each of the decoder's", () => {
  const { outputs, method, context } = run();
  expect(method.confidenceLayers).toEqual([1, 3]);
  expect(method.decoder!.confidenceLayers).toEqual([1, 3, 5]);
  expect(outputs["confidence"]!.shape).toEqual([batch, 2]);
  expect(outputs["decoderConfidence"]!.shape).toEqual([batch, 3]);
  expect(outputs["memory"]!.shape).toEqual([batch, tokenCount, 4]);
  for (const name of ["tokens", "auxiliary0", "auxiliary1", "auxiliary2"])
    expect(outputs[name]!.shape).toEqual([batch, queryCount, 8]);
  expect(outputs["auxiliary3"]).toBeUndefined();
  const crossed = context.parameters.flatMap(({ name }) => /^decoder\.cross\.(\w+)\.weight$/.exec(name)?.[1] ?? []);
  expect(crossed).toEqual(["1", "3", "5"]);
});

describe("cross step", () => {
  test("off: the decoder is adapted by itself, as token sequences are", () => {
    const { outputs, state } = run({ crossStep: "off" });
    const parameters = plainParameters(state);
    const options = resolveUniptOptions({ ...small, crossStep: "off" }, "encoder-decoder");
    for (let sample = 0; sample < batch; sample++) {
      const expected = plainUnipt(
        Object.values(decoderStates).map((value) => rows(value).slice(sample * queryCount, (sample + 1) * queryCount)),
        [1, 1, 1],
        [1, 3, 5],
        parameters,
        options,
      );
      expectClose(rows(outputs["tokens"]!).slice(sample * queryCount, (sample + 1) * queryCount), expected.tokens);
      expectClose([rows(outputs["decoderConfidence"]!)[sample]!], [expected.confidence]);
    }
  });

  test("targets, and the anchor too: what is read from the memory is added to them", () => {
    // With a projection of the context to zeros and a norm of bias only, the cross step adds that bias.
    const { state } = run({ crossStep: "targets-and-anchor" });
    const names = Object.keys(state).filter((name) => name.startsWith("decoder.cross."));
    expect(names.filter((name) => name.endsWith(".norm.bias"))).toHaveLength(4);
    const only = (crossStep: UniptConfig["crossStep"]) => run({ crossStep }).outputs["tokens"]!;
    const [off, targets, both] = [only("off"), only("targets"), only("targets-and-anchor")].map(numbersOf);
    expect(largestDifference(off!, targets!)).toBeGreaterThan(0.01);
    expect(largestDifference(targets!, both!)).toBeGreaterThan(0.01);
  });

  test("padding of the encoder is not read", () => {
    const disturbed = Object.fromEntries(
      Object.entries(inputs).map(([name, value]) => {
        if (!name.startsWith("e")) return [name, value];
        const numbers = numbersOf(value).map((number, index) =>
          mask.data[Math.floor(index / width)] === 0 ? number + 1 : number,
        );
        return [name, tensor("float32", value.shape, numbers)];
      }),
    );
    const [before, after] = [run().outputs, run({}, disturbed).outputs];
    for (const name of ["tokens", "auxiliary1", "confidence", "decoderConfidence"])
      expect(largestDifference(numbersOf(before[name]!), numbersOf(after[name]!)), name).toBeLessThan(1e-12);
  });
});

test.each<[Partial<UniptConfig>, string]>([
  [{ anchor: "embedding" }, "are an encoder's and a decoder's"],
  [{ residual: "full-width" }, "has no place beside an encoder and a decoder"],
  [{ pooling: "cls" }, "the queries of a decoder do not have"],
  [{ interaction: "attention-token" }, "the queries of a decoder do not have"],
  [{ tappedLayers: [5] }, "with 5 hidden states only 0 to 3 lie below the guide"],
])("refuses %j", (config, message) => {
  expect(() => run(config)).toThrow(message);
  expect(() => run(config)).toThrow(UserError);
});

test("refuses feature maps on either side", () => {
  const map = randomTensor("map", [batch, 3, 2, 2]);
  expect(() => run({}, { ...inputs, d0: map, d1: map, d2: map, d3: map, d4: map, d5: map, d6: map })).toThrow(
    "some of these are feature maps",
  );
});

/** The decoder's parameters and the shared last layer, under the names that a single stack has. */
function plainParameters(state: Readonly<Record<string, Tensor>>): PlainParameters {
  return Object.fromEntries(
    Object.entries(state).map(([name, value]) => [name.replace(/^decoder\./, ""), rows(value)]),
  );
}

function rows({ shape, data }: Tensor): number[][] {
  const last = shape.at(-1) ?? 1;
  const numbers = Array.from(data as ArrayLike<number>);
  return Array.from({ length: numbers.length / last }, (_, row) => numbers.slice(row * last, (row + 1) * last));
}

function expectClose(actual: readonly (readonly number[])[], expected: readonly (readonly number[])[]): void {
  expect(largestDifference(actual.flat(), expected.flat())).toBeLessThan(2e-6);
}

function largestDifference(a: readonly number[], b: readonly number[]): number {
  expect(a.length).toBe(b.length);
  return Math.max(...a.map((value, index) => Math.abs(value - (b[index] ?? NaN))));
}
