import { UserError } from "../../core/errors";
import { float16ToFloat32 } from "../../core/graph/float16";
import type { Feeds } from "../../core/graph/executor";
import type { Tensor } from "../../core/graph/tensor";
import type { TapGraph } from "../../core/onnx/tapGraph";
import { OrtExecutor } from "../ort/ortExecutor";

/** Of the largest value of a tap: well above what reduced-precision multipliers round, well below a wrong result. */
const TOLERANCE = 2e-2;

/**
 * Runs a batch on the CPU as well and compares, because a device can compute a backbone wrongly without any error: ONNX
 * Runtime 1.30 does so under WebGPU for convolutions of 6 channels.
 * @param taps what the device gave, in the order of the graph's taps
 * @param label how messages call the model
 * @throws UserError that names the first tap which differs
 */
export async function checkAgainstCpu(
  device: string,
  { graph, taps: specs }: TapGraph,
  feeds: Feeds,
  taps: readonly Tensor[],
  label: string,
): Promise<void> {
  const program = await new OrtExecutor({ device: "cpu" }).prepare(graph);
  try {
    const expected = await program.run(feeds);
    for (const [at, { value, output }] of specs.entries()) {
      const [actual, wanted] = [taps[at], expected[output]];
      if (!actual || !wanted) throw new Error(`The graph has no tap "${value}".`);
      const difference = relativeDifference(floatsOf(actual), floatsOf(wanted));
      if (difference <= TOLERANCE) continue;
      const percent = Number.isFinite(difference) ? `by ${(100 * difference).toPrecision(2)} %` : "altogether";
      throw new UserError(
        `The device "${device}" computes the hidden state "${value}" of "${label}" wrongly: it differs from the CPU's ${percent}; use --device cpu.`,
      );
    }
  } finally {
    await program.dispose();
  }
}

/** Largest difference as a share of the largest expected value. */
function relativeDifference(actual: Float32Array, expected: Float32Array): number {
  let [largest, difference] = [0, 0];
  for (const [i, value] of expected.entries()) {
    largest = Math.max(largest, Math.abs(value));
    const distance = Math.abs((actual[i] ?? NaN) - value);
    difference = Math.max(difference, Number.isNaN(distance) ? Infinity : distance);
  }
  return difference === 0 ? 0 : difference / largest;
}

function floatsOf({ dtype, data }: Tensor): Float32Array {
  return dtype === "float16" ? float16ToFloat32(data as Uint16Array) : (data as Float32Array);
}
