import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { encodeModel } from "../../core/onnx/encodeModel";
import { onnxRuntime } from "./onnxRuntime";
import { OrtExecutor } from "./ortExecutor";
import { probeLosses, probeStep } from "./probeStep";
import { toOrt } from "./ortTensor";
import { type Device, sessionOptions } from "./sessionOptions";

/** Largest relative difference between a device's losses and the CPU's. */
const TOLERANCE = 1e-3;

/** Names of ONNX Runtime's providers in its profiles. */
const providerNames: Readonly<Record<Device, string>> = {
  cpu: "CPUExecutionProvider",
  webgpu: "WebGpuExecutionProvider",
  cuda: "CUDAExecutionProvider",
  dml: "DmlExecutionProvider",
  coreml: "CoreMLExecutionProvider",
};

const labels: Readonly<Record<Device, string>> = {
  cpu: "The CPU",
  webgpu: "WebGPU",
  cuda: "CUDA",
  dml: "DirectML",
  coreml: "Core ML",
};

/**
 * Runs training steps on a device and compares their losses with the CPU's. ONNX Runtime silently runs on the CPU what a
 * provider cannot do, even everything, so the profile of the run has to name the provider as well.
 * @returns why the device does not run training steps here, as one sentence; undefined when it does
 */
export async function verifyDevice(device: Device): Promise<string | undefined> {
  if (device === "cpu") return undefined;
  const label = labels[device];
  const { listSupportedBackends } = await onnxRuntime();
  if (!listSupportedBackends().some(({ name }) => name === device)) {
    return `${label} is not part of ONNX Runtime's package for ${process.platform}-${process.arch}.`;
  }
  try {
    const [expected, actual] = [await probeLosses(new OrtExecutor()), await probeLosses(new OrtExecutor({ device }))];
    const difference = Math.max(...expected.map((loss, step) => Math.abs((actual[step] ?? NaN) - loss) / loss));
    if (!(difference <= TOLERANCE)) {
      return `${label} computes losses that differ from the CPU's by ${(100 * difference).toPrecision(2)} %.`;
    }
    if (!(await profiledProviders(device)).has(providerNames[device])) {
      return `${label} was accepted, but ONNX Runtime ran every operator on the CPU.`;
    }
    return undefined;
  } catch (error) {
    const [firstLine = ""] = (error instanceof Error ? error.message : String(error)).split("\n");
    // What the runtime checked, and where in its source, says nothing to a user; what it found follows.
    const found = firstLine.replace(/^.* was false\. /, "").replace(/\.?\s*$/, "");
    return `${label} cannot be used: ${found}.`;
  }
}

const ProfileEvent = z.object({ args: z.object({ provider: z.string() }).partial().optional() });

/** Names of the providers that ran at least one operator of the probe. */
async function profiledProviders(device: Device): Promise<ReadonlySet<string>> {
  const ort = await onnxRuntime();
  const folder = await mkdtemp(join(tmpdir(), "unipt-profile-"));
  try {
    const { step, feeds, state } = probeStep();
    const session = await ort.InferenceSession.create(encodeModel(step.graph), {
      ...sessionOptions({ device }),
      enableProfiling: true,
      profileFilePrefix: join(folder, "profile"),
    });
    const inputs = Object.entries({ ...feeds(0), ...state }).map(([name, value]) => [name, toOrt(ort, value)] as const);
    await session.run(Object.fromEntries(inputs));
    session.endProfiling();
    await session.release();
    const [file = ""] = await readdir(folder);
    const events = z.array(ProfileEvent).parse(JSON.parse(await readFile(join(folder, file), "utf8")));
    return new Set(events.flatMap(({ args }) => (args?.provider ? [args.provider] : [])));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
