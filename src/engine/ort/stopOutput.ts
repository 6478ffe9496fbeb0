/**
 * Running a graph without copying its outputs.
 *
 * ONNX Runtime writes an output straight into a tensor that the caller passes in, but the Node binding (1.30) then copies
 * every output once more into a new ArrayBuffer, after the run and one by one. A training step whose outputs are all
 * parameters and moments would so allocate and copy its whole state at each step (64 MiB: 220 ms with, 5 ms without, where
 * page faults are dear; and the copies stay until the next garbage collection). The binding gives up with an error at the
 * first output that is no tensor. So a sequence output is put in front of all others and fetched with them: the run is
 * complete and every tensor is written when the binding stops there, and no copy is made.
 *
 * Should a later binding return sequences, nothing breaks: the tensors are written just the same, only slower.
 */
export const STOP_OUTPUT = "unipt/stop";

/** Part of the binding's message for an output that is no tensor. */
export const STOP_MESSAGE = "Non tensor type is temporarily not supported";

/** The model with the stop output in front: protobuf messages merge by concatenation, so its bytes stay as they are. */
export function withStopOutput(model: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(prefix.length + model.length);
  bytes.set(prefix);
  bytes.set(model, prefix.length);
  return bytes;
}

/** A protobuf field that holds text or a message of less than 128 bytes. */
function field(number: number, ...parts: (string | readonly number[])[]): number[] {
  const content = parts.flatMap((part) => (typeof part === "string" ? [...Buffer.from(part)] : part));
  return [number * 8 + 2, content.length, ...content];
}

const FLOAT = [8, 1]; // TypeProto.Tensor.elem_type = 1

// ModelProto.graph { node { output, name, op_type }, output { name, type.sequence_type.elem_type.tensor_type } }
const prefix = Uint8Array.from(
  field(
    7,
    field(1, field(2, STOP_OUTPUT), field(3, STOP_OUTPUT), field(4, "SequenceEmpty")),
    field(12, field(1, STOP_OUTPUT), field(2, field(4, field(1, field(1, FLOAT))))),
  ),
);
