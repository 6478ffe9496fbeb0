/**
 * Random access to the bytes of a file. `core` does no I/O: the engine passes an implementation over a file descriptor, so
 * that the structure of a model of many gigabytes is read without its weights.
 */
export interface ByteSource {
  /** Bytes. */
  readonly length: number;
  /** Exactly the bytes [offset, offset + length), which the caller has checked to lie inside; the result may be a view. */
  read(offset: number, length: number): Uint8Array;
}

/** A file that is already in memory; `read` returns views, never copies. */
export function byteSourceOf(bytes: Uint8Array): ByteSource {
  return { length: bytes.length, read: (offset, length) => bytes.subarray(offset, offset + length) };
}
