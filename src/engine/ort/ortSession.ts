import type { Ort } from "./onnxRuntime";
import { onnxRuntime } from "./onnxRuntime";
import { type OrtOptions, sessionOptions } from "./sessionOptions";
import { STOP_MESSAGE, STOP_OUTPUT, withStopOutput } from "./stopOutput";

export type OrtTensors = Readonly<Record<string, Ort.Tensor>>;

export interface OpenOptions extends OrtOptions {
  /** Folder to which the locations of external weights are relative. */
  readonly externalFolder?: string | undefined;
  /** Outputs that stay on the device, by name (WebGPU only). */
  readonly onDevice?: ReadonlySet<string>;
}

/** One loaded model. The only place where a session is created and run. */
export class OrtSession {
  private constructor(
    readonly ort: typeof Ort,
    readonly session: Ort.InferenceSession,
    readonly inputNames: readonly string[],
    readonly outputNames: readonly string[],
    /** Whether {@link runInto} can be used. */
    readonly writesInPlace: boolean,
  ) {}

  static async open(model: Uint8Array, options: OpenOptions = {}): Promise<OrtSession> {
    const ort = await onnxRuntime();
    const base = sessionOptions(options);
    const session = await ort.InferenceSession.create(canStopOn(options) ? withStopOutput(model) : model, {
      ...base,
      extra: { ...base.extra, ...(options.externalFolder === undefined ? {} : externalIn(options.externalFolder)) },
      ...(options.onDevice ? { preferredOutputLocation: locations(options.onDevice) } : {}),
    });
    const outputNames = session.outputNames.filter((name) => name !== STOP_OUTPUT);
    return new OrtSession(ort, session, session.inputNames, outputNames, canStopOn(options));
  }

  /** Evaluates every output into fresh tensors. */
  run(inputs: OrtTensors): Promise<OrtTensors> {
    // Every output in model order: locations of outputs count by position among the fetched ones.
    return this.session.run(inputs, [...this.outputNames]);
  }

  /**
   * Evaluates the named outputs into tensors of the caller, whose shapes must fit. On the CPU nothing is copied; see
   * {@link withStopOutput}.
   */
  async runInto(inputs: OrtTensors, outputs: OrtTensors): Promise<void> {
    if (!this.writesInPlace) throw new Error("Outputs on a WebGPU device cannot be written to memory of the caller.");
    try {
      await this.session.run(inputs, { [STOP_OUTPUT]: null, ...outputs });
    } catch (error) {
      if (!(error instanceof Error && error.message.includes(STOP_MESSAGE))) throw error;
    }
  }

  /** Releases native memory; the session must not be run afterwards. */
  dispose(): Promise<void> {
    return this.session.release();
  }
}

function canStopOn({ device = "cpu" }: OrtOptions): boolean {
  return device !== "webgpu";
}

function externalIn(folder: string): Record<string, string> {
  return { "session.model_external_initializers_file_folder_path": folder };
}

function locations(onDevice: ReadonlySet<string>): Record<string, "gpu-buffer"> {
  return Object.fromEntries([...onDevice].map((name) => [name, "gpu-buffer"]));
}
