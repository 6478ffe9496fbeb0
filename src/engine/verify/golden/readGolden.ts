import { UserError } from "../../../core/errors";
import { type DataType, type Tensor, tensor } from "../../../core/graph/tensor";

/** One object of a golden file: tensors, numbers and further objects by key. */
export class GoldenReader {
  constructor(
    private readonly json: unknown,
    private readonly path: string = "golden file",
  ) {}

  /** The object under `key`. */
  at(key: string | number): GoldenReader {
    const value = (this.json as Record<string | number, unknown> | undefined)?.[key];
    if (value === undefined || value === null) throw new UserError(`${this.path} lacks "${key}"; it must hold it.`);
    return new GoldenReader(value, `${this.path}: ${key}`);
  }

  has(key: string): boolean {
    return typeof this.json === "object" && this.json !== null && key in this.json;
  }

  get keys(): string[] {
    return Object.keys(this.json as object);
  }

  get number(): number {
    if (typeof this.json !== "number") throw new UserError(`${this.path} must be a number.`);
    return this.json;
  }

  get string(): string {
    if (typeof this.json !== "string") throw new UserError(`${this.path} must be a text.`);
    return this.json;
  }

  get numbers(): number[] {
    if (!Array.isArray(this.json)) throw new UserError(`${this.path} must be a list of numbers.`);
    return this.json.map(toNumber);
  }

  get strings(): string[] {
    if (!Array.isArray(this.json)) throw new UserError(`${this.path} must be a list of names.`);
    return this.json.map(String);
  }

  get list(): GoldenReader[] {
    if (!Array.isArray(this.json)) throw new UserError(`${this.path} must be a list.`);
    return this.json.map((value, index) => new GoldenReader(value, `${this.path}[${index}]`));
  }

  /** `{shape, dtype, data}`, row-major; non-finite numbers are strings. */
  get tensor(): Tensor {
    const { shape, dtype, data } = this.json as { shape?: unknown; dtype?: DataType; data?: unknown };
    if (!Array.isArray(shape) || !Array.isArray(data)) {
      throw new UserError(`${this.path} must be a tensor {"shape", "dtype", "data"}.`);
    }
    return tensor(dtype ?? "float32", shape.map(Number), data.map(toNumber));
  }

  get tensors(): Tensor[] {
    return this.list.map((item) => item.tensor);
  }

  /** An object of tensors by name. */
  get named(): Record<string, Tensor> {
    const names = Object.keys(this.json as object);
    return Object.fromEntries(names.map((name) => [name, this.at(name).tensor]));
  }
}

function toNumber(value: unknown): number {
  switch (value) {
    case "Infinity":
      return Infinity;
    case "-Infinity":
      return -Infinity;
    case "NaN":
      return NaN;
    default:
      return Number(value);
  }
}
