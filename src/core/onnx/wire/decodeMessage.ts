import type { Field, Message, NumberRange, Schema, SchemaOf } from "./messageSchema";
import { WireError, type WireReader, wireType } from "./wireReader";

/**
 * Fields decoded at most: 50 times what the largest known models have, and little enough memory that a file made of
 * two-byte messages cannot exhaust it.
 */
const MAX_FIELDS = 8_000_000;

/**
 * Decodes the whole source as one message of type `schema`. Unknown fields are skipped; a singular message that occurs again
 * is merged, as protobuf demands, which makes concatenation of files meaningful (see `appendOutputs`).
 * Recursion is as deep as the schemas, none of which contains itself.
 * @throws WireError when the bytes are malformed.
 */
export function decodeMessage<T>(schema: SchemaOf<T>, reader: WireReader): T {
  return new MessageDecoder(reader).decode(schema, reader.source.length, emptyMessage(schema)) as T;
}

class MessageDecoder {
  #fieldCount = 0;
  readonly #byNumber = new Map<Schema, Map<number, [string, Field]>>();

  constructor(readonly reader: WireReader) {}

  decode(schema: Schema, end: number, target: Message): Message {
    const fields = this.#fieldsOf(schema);
    while (this.reader.position < end) {
      const { field: number, wire } = this.reader.tag(end);
      const known = fields.get(number);
      if (++this.#fieldCount > MAX_FIELDS) throw new WireError(`it has more than ${MAX_FIELDS} fields`);
      if (!known) this.reader.skip(wire, end);
      else this.#field(known[0], known[1], wire, end, target);
    }
    return target;
  }

  #field(name: string, field: Field, wire: number, end: number, target: Message): void {
    if (field.kind === "numbers") {
      (target[name] as NumberRange[]).push(this.#numberRange(wire, end));
    } else if (field.kind === "message") {
      expectWire(wire, wireType.lengthDelimited, name);
      const schema = field.schema();
      const { offset, length } = this.reader.range(end);
      this.reader.position = offset;
      const known = field.repeated ? undefined : (target[name] as Message | undefined);
      store(target, name, field, this.decode(schema, offset + length, known ?? emptyMessage(schema)));
    } else if (field.repeated && field.kind !== "string" && field.kind !== "bytes" && wire === 2) {
      const { offset, length } = this.reader.range(end);
      this.reader.position = offset;
      while (this.reader.position < offset + length) {
        if (++this.#fieldCount > MAX_FIELDS) throw new WireError(`it has more than ${MAX_FIELDS} fields`);
        store(target, name, field, this.#scalar(field.kind, offset + length));
      }
    } else {
      expectWire(wire, scalarWire[field.kind], name);
      store(target, name, field, field.kind === "bytes" ? this.reader.range(end) : this.#scalar(field.kind, end));
    }
  }

  #scalar(kind: "int" | "float" | "string", end: number): number | string {
    if (kind === "int") return this.reader.int(end);
    return kind === "float" ? this.reader.float(end) : this.reader.string(end);
  }

  #numberRange(wire: number, end: number): NumberRange {
    if (wire === wireType.lengthDelimited) return { wire, ...this.reader.range(end) };
    const offset = this.reader.position;
    this.reader.skip(wire, end);
    return { wire, offset, length: this.reader.position - offset };
  }

  #fieldsOf(schema: Schema): Map<number, [string, Field]> {
    let fields = this.#byNumber.get(schema);
    if (!fields) {
      fields = new Map(Object.entries(schema.fields).map((entry) => [entry[1].number, entry]));
      this.#byNumber.set(schema, fields);
    }
    return fields;
  }
}

const scalarWire = {
  int: wireType.varint,
  float: wireType.fixed32,
  string: wireType.lengthDelimited,
  bytes: wireType.lengthDelimited,
} as const;

function expectWire(wire: number, expected: number, name: string): void {
  if (wire !== expected) throw new WireError(`field "${name}" has wire type ${wire}, expected ${expected}`);
}

function store(target: Message, name: string, field: Field, value: unknown): void {
  if ("repeated" in field) (target[name] as unknown[]).push(value);
  else target[name] = value;
}

function emptyMessage(schema: Schema): Message {
  const message: Message = {};
  for (const [name, field] of Object.entries(schema.fields))
    if (field.kind === "numbers" || field.repeated) message[name] = [];
  return message;
}
