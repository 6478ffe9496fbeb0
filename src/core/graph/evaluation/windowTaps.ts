import { stridesOf } from "../geometry/broadcast";
import type { Window } from "../geometry/window";
import type { Shape } from "../tensor";
import { sizeOf } from "../tensor";

/** Which input elements each placement of a kernel touches. */
export interface WindowTaps {
  /** Spatial input position of (placement, kernel element), or −1 in the padding; [placements, taps]. */
  readonly positions: Int32Array;
  readonly placements: number;
  readonly taps: number;
}

/** Lists the taps of a window that slides over an input of this spatial size. */
export function windowTaps(window: Window, input: Shape): WindowTaps {
  const [placements, taps] = [sizeOf(window.output), sizeOf(window.kernel)];
  const positions = new Int32Array(placements * taps);
  const [outputStrides, kernelStrides, inputStrides] = [window.output, window.kernel, input].map(stridesOf);
  for (const [axis, size] of input.entries()) {
    const [outputStride, kernelStride, inputStride] = [outputStrides, kernelStrides, inputStrides].map(
      (strides) => strides?.[axis] ?? 1,
    ) as [number, number, number];
    const [stride, dilation, padding] = [window.strides, window.dilations, window.padsBegin].map(
      (values) => values[axis] ?? 0,
    ) as [number, number, number];
    const [outputSize, kernelSize] = [window.output[axis] ?? 1, window.kernel[axis] ?? 1];
    for (let placement = 0; placement < placements; placement++) {
      const origin = (Math.floor(placement / outputStride) % outputSize) * stride - padding;
      for (let tap = 0; tap < taps; tap++) {
        const at = origin + (Math.floor(tap / kernelStride) % kernelSize) * dilation;
        const index = placement * taps + tap;
        const sofar = positions[index] ?? -1;
        positions[index] = sofar < 0 || at < 0 || at >= size ? -1 : sofar + at * inputStride;
      }
    }
  }
  return { positions, placements, taps };
}
