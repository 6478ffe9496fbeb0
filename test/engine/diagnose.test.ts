import { tmpdir } from "node:os";
import { expect, test } from "vitest";
import { diagnose } from "../../src/engine/diagnose";

test("finds the CPU fit for training, and says of every other device why it is not or that it is", async () => {
  const diagnosis = await diagnose(tmpdir());
  expect(diagnosis.onnxRuntime).toMatch(/^1\.30/);
  expect(diagnosis.sharp).toMatch(/^\d+\.\d+/);
  expect(diagnosis.ffmpeg).toMatch(/^\S*\d|^Videos are read with ffmpeg, which is not on PATH/);
  expect(diagnosis.freeDiskBytes).toBeGreaterThan(0);
  const [cpu, ...others] = diagnosis.devices;
  expect(cpu).toEqual({ device: "cpu", runs: true });
  for (const { runs, remark } of others) if (!runs) expect(remark).toMatch(/\.$/);
});
