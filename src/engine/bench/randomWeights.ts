import { closeSync, openSync, writeSync } from "node:fs";
import type { ExternalTensor } from "../../core/graph/graph";
import { type Shape, sizeOf } from "../../core/graph/tensor";

const BLOCK = 1 << 18;

/**
 * Writes random weights of real size to a file, as a downloaded backbone has them, so that neither making nor opening the
 * model holds them in JavaScript memory. Values in ±0.02 from a small multiplicative generator: their distribution does not
 * matter to a timing.
 */
export class RandomWeights {
  readonly #file: number;
  #offset = 0;
  #state = 1;

  constructor(readonly path: string) {
    this.#file = openSync(path, "w");
  }

  add(shape: Shape): ExternalTensor {
    const length = sizeOf(shape) * 4;
    for (let done = 0; done < length; done += BLOCK * 4) {
      const block = this.#block(Math.min(BLOCK, (length - done) / 4));
      writeSync(this.#file, block, 0, block.byteLength, this.#offset + done);
    }
    const location = { path: this.path, offset: this.#offset, length };
    // Weights start on page boundaries, as exporters align them, so that the file can be mapped.
    this.#offset = Math.ceil((this.#offset + length) / 4096) * 4096;
    return { dtype: "float32", shape, location };
  }

  close(): void {
    closeSync(this.#file);
  }

  #block(size: number): Float32Array {
    const values = new Float32Array(size);
    for (let i = 0; i < size; i++) {
      this.#state = (Math.imul(this.#state, 747796405) + 2891336453) | 0;
      values[i] = (this.#state / 2 ** 31) * 0.02;
    }
    return values;
  }
}
