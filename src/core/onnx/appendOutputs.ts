import { encodeMessage } from "./wire/encodeMessage";
import { modelSchema } from "./wire/onnxMessages";

/**
 * The bytes to append to a model file so that inner values become further outputs. Protobuf messages merge by concatenation,
 * so the file's own bytes, weights above all, stay as they are; ONNX Runtime infers the types of the new outputs.
 *
 * For models held in memory. A large file is better opened through `decodeModel` and `encodeModel`, which leave its weights
 * on disk.
 * @param names values that nodes of the model compute and that are no outputs yet
 */
export function appendOutputs(names: readonly string[]): Uint8Array {
  return encodeMessage(modelSchema, {
    graph: {
      node: [],
      initializer: [],
      input: [],
      output: names.map((name) => ({ name })),
      valueInfo: [],
      sparseInitializer: [],
    },
    opsetImport: [],
    functions: [],
  }).slice();
}
