import fc from "fast-check";
import { expect, test } from "vitest";
import { parseExperiment } from "../../../src/core/experiment/parseExperiment";
import { fuzzOptions } from "../../support/fuzz";
import { sampleText } from "./sample";

/** The promise to callers: no throw, and every problem lies within the text and is one line. */
function expectSound(text: string): void {
  const { config, problems } = parseExperiment(text, "f");
  expect(config === undefined).toBe(problems.length > 0);
  const lines = text.split(/\r\n|\r|\n/);
  for (const { message, line, column, length } of problems) {
    expect(message).toMatch(/^f: .+[.?]$/s);
    expect(length).toBeGreaterThan(0);
    expect(column).toBeLessThanOrEqual((lines[line - 1] ?? expect.fail(`line ${line} is outside`)).length + 1);
  }
}

const slices = fc.tuple(fc.nat(sampleText.length), fc.nat(12));

test("any text", () => {
  fc.assert(fc.property(fc.string({ maxLength: 400, unit: "binary" }), expectSound), fuzzOptions(1_500));
});

test("any text of JSON's own symbols", () => {
  const symbols = Array.from("{}[]:,\"'\\/*\n\r 0123456789.-+eEtruefalsn_");
  const unit = fc.constantFrom(...symbols, '"name"', '"task"', "/*", "//");
  fc.assert(fc.property(fc.string({ unit, maxLength: 120 }), expectSound), fuzzOptions(5_000));
});

test("the sample with pieces cut, doubled and replaced", () => {
  const edit = fc.record({ at: slices, insert: fc.oneof(fc.string({ maxLength: 8 }), fc.json({ maxDepth: 2 })) });
  const mutate = fc
    .array(edit, { minLength: 1, maxLength: 4 })
    .map((edits) =>
      edits.reduce(
        (text, { at: [start, length], insert }) => text.slice(0, start) + insert + text.slice(start + length),
        sampleText,
      ),
    );
  fc.assert(fc.property(mutate, expectSound), fuzzOptions(1_500));
});

test("any JSON document, and the sample with any value in any place", () => {
  const places = [
    "name",
    "task",
    "data",
    "image",
    "text",
    "pooling",
    "loss",
    "training",
    "features",
    "seeds",
    "device",
    "variants",
  ];
  const document = JSON.parse(JSON.stringify(parseExperiment(sampleText, "f").config)) as Record<string, unknown>;
  const replaced = fc
    .tuple(fc.constantFrom(...places), fc.jsonValue())
    .map(([key, value]) => ({ ...document, [key]: value }));
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue(), replaced), (value) => expectSound(JSON.stringify(value))),
    fuzzOptions(2_000),
  );
});

test("files made to be slow are refused within a second of computing", () => {
  const many = (count: number, member: (i: number) => string): string =>
    Array.from({ length: count }, (_, i) => member(i)).join();
  const head = sampleText.slice(0, sampleText.indexOf('"variants"'));
  const hostile = {
    unknownKeys: `{${many(15_000, (i) => `"epocs${i}":1`)}}`,
    problems: head.replace("[0, 1, 2]", `[${many(50_000, () => '"a"')}]`) + '"threads": 1 }',
    variants: `${head}"variants": {${many(20_000, (i) => `"v${i}":{}`)}}}`,
    overrides: `${head}"variants": {"a": {${many(11_000, (i) => `"training.x${i}":1`)}}}}`,
    duplicates: `{${many(40_000, () => '"a":1')}}`,
    longName: `{"${"a".repeat(250_000)}": 1}`,
    lines: `{${"\n".repeat(250_000)}`,
    comments: "/*".repeat(130_000),
    strings: `{"name": "${"\\u0061".repeat(40_000)}"}`,
  };
  parseExperiment(sampleText, "f"); // The first call also makes the schemas.
  for (const [name, text] of Object.entries(hostile)) {
    expect(text.length, name).toBeLessThan(2 ** 18);
    const before = process.cpuUsage();
    const { problems } = parseExperiment(text, "f");
    expect(process.cpuUsage(before).user / 1e6, name).toBeLessThan(1);
    expect(problems.length, name).toBeGreaterThan(0);
    expect(problems.length, name).toBeLessThanOrEqual(100);
    expect(Math.max(...problems.map(({ message }) => message.length)), name).toBeLessThan(1_000);
  }
});
