import { expect, test } from "vitest";
import { parseSeedList } from "../../../src/core/experiment/seedList";

test("a lone number is how many, several are the seeds themselves", () => {
  expect(parseSeedList(" 3 ")).toEqual([0, 1, 2]);
  expect(parseSeedList("7,")).toEqual([7]);
  expect(parseSeedList("0, 3 7")).toEqual([0, 3, 7]);
  expect(parseSeedList("5-7, 6, 4294967295")).toEqual([5, 6, 7, 4294967295]);
});

test.each(["", "0", "1001", "-1", "1.5", "three", "3-1", "0-5000", "4294967296,"])("refuses %j", (text) => {
  expect(() => parseSeedList(text)).toThrow("how many seeds");
});
