import { expect, test } from "vitest";
import { fill, formatter } from "../../../src/core/views/format";

const format = formatter("en");

test("numbers keep four significant digits", () => {
  expect([0, 1, 0.012345, 402.13, 12345.6, 0.00002, 3e9].map(format.number)).toEqual([
    "0",
    "1",
    "0.01235",
    "402.1",
    "12350",
    "2E-5",
    "3E9",
  ]);
  expect([Number.NaN, Infinity, -Infinity].map(format.number)).toEqual(["NaN", "∞", "-∞"]);
});

test("bytes are in binary units", () => {
  expect([0, 1023, 1536, 519 * 2 ** 20, 1.5 * 2 ** 30].map(format.bytes)).toEqual([
    "0 B",
    "1,023 B",
    "1.5 KiB",
    "519 MiB",
    "1.5 GiB",
  ]);
});

test("durations name the two largest units", () => {
  expect([0.44, 12, 59.6, 130, 3_725, 90_000].map(format.duration)).toEqual([
    "0.4 s",
    "12 s",
    "1 min 0 s",
    "2 min 10 s",
    "1 h 2 min",
    "1 d 1 h",
  ]);
});

test("fill leaves places alone that have no value", () => {
  expect(fill("{0} of {1}, {2}", 3, "ten")).toBe("3 of ten, {2}");
});
