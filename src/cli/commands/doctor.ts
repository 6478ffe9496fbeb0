import type { Diagnosis } from "../../core/experiment/diagnosis";
import packageJson from "../../../package.json";
import type { ExitCode } from "../exitCode";
import { formatBytes } from "../format";
import { oneJob } from "../oneJob";

export interface DoctorOptions {
  readonly json?: boolean;
}

/** Reports what runs here; 1 when not even the CPU does. */
export async function doctorCommand({ json = false }: DoctorOptions): Promise<ExitCode> {
  const diagnosis = await oneJob({ run: (worker) => worker.call("diagnose", { folder: process.cwd() }) });
  process.stdout.write(
    json ? `${JSON.stringify({ unipt: packageJson.version, ...diagnosis })}\n` : describe(diagnosis),
  );
  return diagnosis.devices.some(({ device, runs }) => device === "cpu" && runs) ? 0 : 1;
}

function describe(diagnosis: Diagnosis): string {
  const { totalMemoryBytes, freeMemoryBytes, freeDiskBytes, devices } = diagnosis;
  const facts = [
    ["UniPT Lab", packageJson.version],
    ["Node", diagnosis.node],
    ["system", `${diagnosis.platform}, ${diagnosis.processor}`],
    ["cores", String(diagnosis.cores)],
    ["memory", `${formatBytes(totalMemoryBytes)}, ${formatBytes(freeMemoryBytes)} free`],
    ["disk", `${formatBytes(freeDiskBytes)} free here`],
    ["ONNX Runtime", diagnosis.onnxRuntime],
    ["sharp (images)", diagnosis.sharp],
    ["ffmpeg (videos)", diagnosis.ffmpeg],
  ] as const;
  const best = devices.find(({ device, runs, remark }) => device !== "cpu" && runs && remark === undefined);
  return [
    ...facts.map(([name, value]) => `${name.padEnd(17)}${value}`),
    "",
    "Devices, each tried with training steps that are compared with the CPU's:",
    ...devices.map(({ device, runs, remark }) => {
      const verdict = runs ? "runs" : "does not run";
      return `  ${device.padEnd(8)}${verdict}${remark === undefined ? "" : `: ${remark}`}`;
    }),
    "",
    `--device auto takes ${best?.device ?? "cpu"}.`,
    "",
  ].join("\n");
}
