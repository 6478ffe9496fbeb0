import { availableParallelism } from "node:os";
import { expect, test } from "vitest";
import { coresIn, physicalCores } from "../../../src/engine/ort/physicalCores";

const processor = (socket: number, core: number): string =>
  `processor\t: 0\nphysical id\t: ${socket}\nsiblings\t: 4\ncore id\t\t: ${core}\ncpu cores\t: 2\n`;

test("counts cores, not hardware threads, over all sockets", () => {
  const twoSockets = [0, 1].flatMap((socket) => [0, 1, 0, 1].map((core) => processor(socket, core))).join("\n");
  expect(coresIn(twoSockets)).toBe(4);
  expect(coresIn("processor\t: 0\nBogoMIPS\t: 50.00\n")).toBe(0);
});

test("there is at least one, and no more than may be used", () => {
  expect(physicalCores()).toBeGreaterThanOrEqual(1);
  expect(physicalCores()).toBeLessThanOrEqual(availableParallelism());
});
