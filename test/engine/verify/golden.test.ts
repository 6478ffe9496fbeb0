import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { ReferenceExecutor } from "../../../src/core/graph/interpret";
import { verifyGolden } from "../../../src/engine/verify/golden/goldenChecks";

const folder = new URL("../../golden/", import.meta.url);
const stems = readdirSync(folder)
  .filter((name) => name.endsWith(".json"))
  .map((name) => name.replace(".json", ""));

describe.each([
  ["double", new ReferenceExecutor({ floats: "float64" })],
  ["single", new ReferenceExecutor()],
])("%s precision", (_, executor) => {
  test.each(stems)("%s agrees with the published implementation", async (stem) => {
    const golden: unknown = JSON.parse(readFileSync(new URL(`${stem}.json`, folder), "utf8"));
    const result = await verifyGolden(stem, golden, executor);
    expect(result, JSON.stringify(result)).toMatchObject({ passed: true });
  });
});
