import type { ByteRange } from "./wireReader";

/** Elements of a numeric field as they lie in the file: packed ones in one range, unpacked ones in a range each. */
export interface NumberRange extends ByteRange {
  readonly wire: number;
}

/** Bytes that lie in a source (decoded) or in memory (to be encoded). */
export type Payload = ByteRange | Uint8Array;

export type Field =
  | { readonly number: number; readonly kind: "int"; readonly repeated?: true }
  | { readonly number: number; readonly kind: "float"; readonly repeated?: true }
  | { readonly number: number; readonly kind: "string"; readonly repeated?: true }
  /** Left where it is. */
  | { readonly number: number; readonly kind: "bytes"; readonly repeated?: true }
  /** A repeated numeric field that may be as large as a weight: left where it is. */
  | { readonly number: number; readonly kind: "numbers" }
  | { readonly number: number; readonly kind: "message"; readonly repeated?: true; readonly schema: () => Schema };

export type FieldTable = Readonly<Record<string, Field>>;

/** How one message type is laid out: the only thing that decoder and encoder know about it. */
export interface Schema {
  readonly name: string;
  readonly fields: FieldTable;
}

/** A decoded message. Repeated fields are always present, others only when the file has them. */
export type Message = Record<string, unknown>;

/** A schema whose fields are those of the interface `T`. */
export interface SchemaOf<T> extends Schema {
  readonly fields: { readonly [K in keyof Required<T>]: Field } & FieldTable;
}
