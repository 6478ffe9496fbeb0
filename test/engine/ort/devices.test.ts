import { describe, expect, test } from "vitest";
import { UserError } from "../../../src/core/errors";
import { chooseDevice } from "../../../src/engine/ort/devices";
import { OrtExecutor } from "../../../src/engine/ort/ortExecutor";
import { probeLosses } from "../../../src/engine/ort/probeStep";
import { verifyDevice } from "../../../src/engine/ort/verifyDevice";

describe("chooseDevice", () => {
  const noGpu = (device: string): string | undefined => (device === "cpu" ? undefined : `${device} is missing.`);

  test("auto falls back to the CPU and says why each better device was passed over", async () => {
    const chosen = await chooseDevice("auto", () => Promise.reject(new Error("must not be tried")), noGpu, "linux");
    expect(chosen).toEqual({
      device: "cpu",
      fallbacks: ["cuda is missing.", "webgpu is missing."],
    });
  });

  test("auto takes the first device that exists and verifiably runs", async () => {
    const check = (device: string) => Promise.resolve(device === "cuda" ? "CUDA computes nonsense." : undefined);
    const hardware = (device: string) =>
      device === "cuda" || device === "webgpu" ? undefined : `${device} is missing.`;
    const chosen = await chooseDevice("auto", check, hardware, "linux");
    expect(chosen.device).toBe("webgpu");
    expect(chosen.fallbacks).toEqual(["CUDA computes nonsense."]);
  });

  test("a named device that does not run is an error with its reason", async () => {
    const chosen = chooseDevice("cuda", () => Promise.resolve("CUDA cannot be used: no library."));
    await expect(chosen).rejects.toThrow(/^CUDA cannot be used: no library\. Use --device auto/);
    await expect(chosen).rejects.toBeInstanceOf(UserError);
  });

  test("an unknown device is refused with the names of those that exist", async () => {
    await expect(chooseDevice("tpu")).rejects.toThrow(/no device "tpu"; choose auto, cpu, webgpu, cuda, dml, coreml/);
  });
});

test("the probe trains: its losses fall on the CPU", async () => {
  const [first = 0, , last = 0] = await probeLosses(new OrtExecutor({ threads: 1 }));
  expect(last).toBeLessThan(first);
});

test("a provider that cannot be loaded is reported in one sentence, not silently replaced by the CPU", async () => {
  // No package of ONNX Runtime holds both; at least one of them is absent on every platform.
  const reasons = await Promise.all([verifyDevice("dml"), verifyDevice("coreml")]);
  expect(reasons.some((reason) => reason !== undefined && /not part of ONNX Runtime's package/.test(reason))).toBe(
    true,
  );
});
