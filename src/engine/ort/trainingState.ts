import type { Tensor } from "../../core/graph/tensor";
import { allocate, bytesOf, sizeOf } from "../../core/graph/tensor";
import type { StateLink } from "../../core/step/stepGraph";
import { downloadFromDevice } from "./downloadFromDevice";
import { onnxRuntime, type Ort } from "./onnxRuntime";
import { dataTypeOf, fromOrt, toOrt } from "./ortTensor";

/** A tensor on the CPU and, once a step has run, a second buffer of the same size for its next value. */
interface Slot {
  current: Ort.Tensor;
  spare?: Ort.Tensor;
}

/**
 * Parameters, buffers and optimizer moments, held outside the programs that update them: programs of different batch
 * sizes, and those that evaluate, share one state.
 *
 * On the CPU nothing is allocated or copied while training: a tensor is overwritten by its next value where that is proved
 * to be safe, else it has two buffers that take turns as input and output of a step. On WebGPU the tensors stay on the
 * device.
 */
export class TrainingState {
  readonly #slots: Map<string, Slot>;

  private constructor(
    readonly ort: typeof Ort,
    slots: Map<string, Slot>,
  ) {
    this.#slots = slots;
  }

  /**
   * Starts from `initial`: one tensor per state input of the step graph, by input name. Their arrays are taken over, since a
   * second copy would stay in memory for a while: the caller must not use them any more.
   */
  static async create(initial: Readonly<Record<string, Tensor>>): Promise<TrainingState> {
    const ort = await onnxRuntime();
    const slots = new Map(Object.entries(initial).map(([name, value]) => [name, { current: toOrt(ort, value) }]));
    return new TrainingState(ort, slots);
  }

  get names(): readonly string[] {
    return [...this.#slots.keys()];
  }

  has(name: string): boolean {
    return this.#slots.has(name);
  }

  /** A copy of the present values, for a checkpoint. */
  async read(names: readonly string[] = this.names): Promise<Record<string, Tensor>> {
    const values: Record<string, Tensor> = {};
    const onDevice: Record<string, Ort.Tensor> = {};
    for (const name of names) {
      const { current } = this.#slot(name);
      if (current.location === "cpu") values[name] = clone(fromOrt(current));
      else onDevice[name] = current;
    }
    return Object.keys(onDevice).length === 0 ? values : { ...values, ...(await downloadFromDevice(onDevice)) };
  }

  /**
   * Replaces the values of the named tensors, e.g. from a checkpoint.
   * @throws Error when a name is unknown or a type or shape differs.
   */
  write(values: Readonly<Record<string, Tensor>>): void {
    for (const [name, value] of Object.entries(values)) {
      const slot = this.#slot(name);
      const { type, dims } = slot.current;
      if (type !== value.dtype || dims.join() !== value.shape.join())
        throw new Error(`State "${name}" is ${type} [${dims.join()}]; got ${value.dtype} [${value.shape.join()}].`);
      if (slot.current.location === "cpu") bytesOf(fromOrt(slot.current)).set(bytesOf(value));
      else this.#replace(slot, toOrt(this.ort, clone(value)));
    }
  }

  /** The tensor to feed under this input name. */
  current(name: string): Ort.Tensor {
    return this.#slot(name).current;
  }

  /** The CPU buffer that the next value of `name` is to be written to; allocated on first use. */
  spare(name: string): Ort.Tensor {
    const slot = this.#slot(name);
    slot.spare ??= emptyLike(this.ort, slot.current);
    return slot.spare;
  }

  /** After a step on the CPU: what was written to the spare buffers becomes the present values. */
  swap(links: readonly StateLink[]): void {
    for (const { input } of links) {
      const slot = this.#slot(input);
      if (slot.spare) [slot.current, slot.spare] = [slot.spare, slot.current];
    }
  }

  /** After a step on a device: its outputs become the present values, and the old ones are released. */
  replace(links: readonly StateLink[], outputs: Readonly<Record<string, Ort.Tensor>>): void {
    for (const { input, output } of links) {
      const next = outputs[output];
      if (!next) throw new Error(`The step returned no "${output}".`);
      this.#replace(this.#slot(input), next);
    }
  }

  /**
   * Brings everything back to the CPU. A device tensor lives in the session that made it, and touching it after that session
   * is gone crashes the process.
   */
  async leaveDevice(): Promise<void> {
    const away = [...this.#slots].filter(([, { current }]) => current.location !== "cpu");
    if (away.length === 0) return;
    const values = await downloadFromDevice(Object.fromEntries(away.map(([name, { current }]) => [name, current])));
    for (const [name, slot] of away) {
      const value = values[name];
      if (value) this.#replace(slot, toOrt(this.ort, value));
    }
  }

  /** Releases device memory; the state must not be used afterwards. */
  dispose(): void {
    for (const { current } of this.#slots.values()) if (current.location !== "cpu") current.dispose();
    this.#slots.clear();
  }

  #replace(slot: Slot, next: Ort.Tensor): void {
    if (slot.current.location !== "cpu") slot.current.dispose();
    slot.current = next;
  }

  #slot(name: string): Slot {
    const slot = this.#slots.get(name);
    if (!slot) throw new Error(`The training state holds no "${name}".`);
    return slot;
  }
}

function clone<T extends Tensor>(value: T): T {
  return { ...value, data: value.data.slice() };
}

function emptyLike(ort: typeof Ort, { type, dims }: Ort.Tensor): Ort.Tensor {
  const dtype = dataTypeOf(type);
  return toOrt(ort, { dtype, shape: dims, data: allocate(dtype, sizeOf(dims)) });
}
