import { expect, test } from "vitest";
import { runBench } from "../../../src/engine/bench/runBench";
import { prepareTrainingCase } from "../../../src/engine/bench/trainingBench";
import { vseText } from "../../../src/engine/bench/vseText";
import { OrtExecutor } from "../../../src/engine/ort/ortExecutor";

test("vse-text trains the published number of parameters and its loss falls", async () => {
  const prepared = await prepareTrainingCase(vseText, 8, new OrtExecutor({ threads: 1 }));
  expect(prepared.trainableParams).toBe(5_921_281);
  const first = await prepared.step();
  for (let i = 0; i < 4; i++) await prepared.step();
  const last = await prepared.step();
  await prepared.dispose();
  expect(first).toBeGreaterThan(1); // ln 8 ≈ 2.08 would be blind guessing at scale 1
  expect(last).toBeLessThan(first / 2);
});

test("a benchmark that does not exist is refused with the names of those that do", async () => {
  await expect(runBench("nonsense", "cpu", { threads: 1 })).rejects.toThrow(
    "choose one of clip4clip-image, vse-text, clipvil, extract.",
  );
});
