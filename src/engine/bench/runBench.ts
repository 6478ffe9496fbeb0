import { UserError } from "../../core/errors";
import { OrtExecutor } from "../ort/ortExecutor";
import type { Device } from "../ort/sessionOptions";
import type { BenchCase, BenchOptions, BenchResult } from "./benchCase";
import { clip4ClipImage } from "./clip4ClipImage";
import { clipVil } from "./clipVil";
import { prepareExtraction } from "./extractionBench";
import { prepareTrainingCase } from "./trainingBench";
import { vseText } from "./vseText";

/** Sizes and default batches are those of the PyTorch peer. */
export const benchCases: Readonly<Record<string, BenchCase>> = {
  "clip4clip-image": clip4ClipImage,
  "vse-text": vseText,
  clipvil: clipVil,
  extract: { kind: "extraction", defaultBatch: 32 },
};

/**
 * Times one case in this process, whose peak memory is then the case's own.
 * @throws UserError for a case that does not exist.
 */
export async function runBench(name: string, device: Device, options: BenchOptions): Promise<BenchResult> {
  const bench = benchCases[name];
  if (!bench) {
    throw new UserError(`There is no benchmark "${name}"; choose one of ${Object.keys(benchCases).join(", ")}.`);
  }
  const { threads, batch = bench.defaultBatch, steps = 15, warmup = 3 } = options;
  const executor = new OrtExecutor({ device, threads });
  const prepared =
    bench.kind === "training"
      ? await prepareTrainingCase(bench, batch, executor)
      : { ...(await prepareExtraction(batch, executor)), trainableParams: 0 };

  for (let i = 0; i < warmup; i++) await prepared.step();
  const wall: number[] = [];
  const cpu: number[] = [];
  for (let i = 0; i < steps; i++) {
    const before = process.cpuUsage();
    const start = performance.now();
    await prepared.step();
    wall.push(performance.now() - start);
    const { user, system } = process.cpuUsage(before);
    cpu.push((user + system) / 1000);
  }
  await prepared.dispose();
  return {
    case: name,
    device,
    threads,
    batch,
    medianMs: tenth(median(wall)),
    minMs: tenth(Math.min(...wall)),
    medianCpuMs: tenth(median(cpu)),
    peakRssMiB: Math.round(process.resourceUsage().maxRSS / 1024),
    trainableParams: prepared.trainableParams,
  };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN;
}

function tenth(value: number): number {
  return Math.round(value * 10) / 10;
}
