import { expect, test } from "vitest";
import { nearestWord } from "../../../src/core/experiment/nearestWord";

const keys = ["epochs", "batchSize", "optimizer", "schedule", "gradientClip"];

test.each([
  ["epohcs", "epochs"],
  ["Epochs", "epochs"],
  ["batchsize", "batchSize"],
  ["batch_size", "batchSize"],
  ["optimiser", "optimizer"],
  ["gradientClipp", "gradientClip"],
])("%s means %s", (word, meant) => {
  expect(nearestWord(word, keys)).toBe(meant);
});

test("does not guess at words that are far from all, or equally near to several", () => {
  expect(nearestWord("momentum", keys)).toBeUndefined();
  expect(nearestWord("NHCW", ["NCHW", "NHWC"])).toBeUndefined();
  expect(nearestWord("", keys)).toBeUndefined();
});
