import { expect, test } from "vitest";
import { UserError } from "../../../src/core/errors";
import { OpBuilder } from "../../../src/core/graph/opBuilder";
import { tensor } from "../../../src/core/graph/tensor";
import type { TapGraph } from "../../../src/core/onnx/tapGraph";
import { checkAgainstCpu } from "../../../src/engine/features/checkAgainstCpu";

/** Doubles its input. */
function tapGraph(): TapGraph {
  const g = new OpBuilder("taps");
  g.output("tap.0", g.mul(g.input("x", "float32", [2, 2]), g.scalar(2)));
  return { graph: g.build(), taps: [{ value: "stage1", output: "tap.0", shape: [2] }] };
}

const feeds = { x: tensor("float32", [2, 2], [1, 2, 3, 4]) };

function check(values: readonly number[]): Promise<void> {
  return checkAgainstCpu("webgpu", tapGraph(), feeds, [tensor("float32", [2, 2], values)], "b.onnx");
}

test("accepts what differs by rounding", async () => {
  await expect(check([2, 4, 6.01, 8])).resolves.toBeUndefined();
});

test("refuses a device that computes something else, or nothing", async () => {
  await expect(check([2, 4, 6.4, 8])).rejects.toThrow(UserError);
  await expect(check([2, 4, 6.4, 8])).rejects.toThrow(
    'The device "webgpu" computes the hidden state "stage1" of "b.onnx" wrongly: it differs from the CPU\'s by 5.0 %; use --device cpu.',
  );
  await expect(check([2, 4, NaN, 8])).rejects.toThrow("altogether");
});
