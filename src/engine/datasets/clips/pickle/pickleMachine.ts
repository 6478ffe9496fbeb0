import { UserError } from "../../../../core/errors";

/** What a plain pickle holds. Dictionaries become maps, tuples lists, byte strings texts. */
export type PickleValue = string | number | boolean | null | PickleValue[] | Map<PickleValue, PickleValue>;

const mark = Symbol("mark");

/** How users get the same data into a form that cannot run code. */
export const pickleRemedy =
  'write the same data as JSON, as Python does with json.dump(pickle.load(open(source, "rb")), open(target, "w")) if you trust the file';

/** The state of a pickle being read: a cursor in its bytes, a stack and a memo. Lengths are checked before they are believed. */
export class PickleMachine {
  readonly #stack: (PickleValue | typeof mark)[] = [];
  readonly #memo = new Map<number, PickleValue>();
  #at = 0;

  constructor(
    readonly file: string,
    readonly bytes: Buffer,
  ) {}

  take(length: number): Buffer {
    if (length < 0 || length > this.bytes.length - this.#at) this.fail("is cut off");
    const part = this.bytes.subarray(this.#at, this.#at + length);
    this.#at += length;
    return part;
  }

  uint(size: 1 | 2 | 4): number {
    return this.take(size).readUIntLE(0, size);
  }

  uint64(): number {
    return Number(this.take(8).readBigUInt64LE());
  }

  /** A text of so many bytes of UTF-8. */
  text(length: number): string {
    return this.take(length).toString("utf8");
  }

  /** The bytes up to the end of the line, one character each. */
  line(): string {
    const end = this.bytes.indexOf(0x0a, this.#at);
    if (end < 0) this.fail("is cut off");
    const line = this.bytes.toString("latin1", this.#at, end);
    this.#at = end + 1;
    return line;
  }

  /** A whole number written out on a line. */
  lineNumber(): number {
    const written = this.line();
    return /^-?\d{1,15}L?$/.test(written) ? Number.parseInt(written, 10) : this.fail("holds a malformed number");
  }

  push(value: PickleValue): void {
    this.#stack.push(value);
  }

  pushMark(): void {
    this.#stack.push(mark);
  }

  pop(): PickleValue {
    const value = this.#stack.pop();
    return value === undefined || value === mark ? this.fail("is malformed") : value;
  }

  /** What was pushed since the last mark, which goes too. */
  popToMark(): PickleValue[] {
    const start = this.#stack.lastIndexOf(mark);
    if (start < 0) this.fail("is malformed");
    return this.#stack.splice(start).slice(1) as PickleValue[];
  }

  /** Adds to the list on top of the stack. */
  append(values: readonly PickleValue[]): void {
    const list = this.#stack.at(-1);
    if (!Array.isArray(list)) this.fail("is malformed");
    for (const value of values) list.push(value);
  }

  /** Adds keys and values in turn to the dictionary on top of the stack. */
  setItems(values: readonly PickleValue[]): void {
    const map = this.#stack.at(-1);
    if (!(map instanceof Map) || values.length % 2 !== 0) this.fail("is malformed");
    for (let i = 0; i < values.length; i += 2) map.set(values[i] ?? null, values[i + 1] ?? null);
  }

  /** Remembers the top of the stack, under the next free number by default. */
  put(index = this.#memo.size): void {
    const value = this.pop();
    this.#stack.push(value);
    this.#memo.set(index, value);
  }

  get(index: number): void {
    const value = this.#memo.get(index);
    this.push(value === undefined ? this.fail("is malformed") : value);
  }

  fail(problem: string): never {
    throw new UserError(`"${this.file}" is a pickle that ${problem} (at byte ${this.#at}); copy it again.`);
  }

  refuse(opcode: string): never {
    throw new UserError(
      `"${this.file}" is a pickle with the opcode ${opcode} at byte ${this.#at - 1}, and only plain dictionaries, lists, texts and ` +
        `numbers are read, because others can run code; ${pickleRemedy}.`,
    );
  }
}
