import type { JsonSchema } from "../../src/core/experiment/jsonSchema";

/** Whether `value` is valid by the part of draft 7 that our schemas use; an unknown keyword fails loudly. */
export function isValidJson(schema: JsonSchema | boolean, value: unknown): boolean {
  if (typeof schema === "boolean") return schema;
  return Object.entries(schema).every(([keyword, rule]) => {
    const check = checks[keyword];
    if (check === undefined) throw new Error(`Keyword ${keyword} is not covered by the test's validator.`);
    return check(rule as never, value, schema);
  });
}

type Check = (rule: never, value: unknown, schema: JsonSchema) => boolean;

const always: Check = () => true;
const whenNumber =
  (test: (value: number, rule: number) => boolean): Check =>
  (rule: number, value) =>
    typeof value !== "number" || test(value, rule);
const whenText =
  (test: (value: string, rule: never) => boolean): Check =>
  (rule, value) =>
    typeof value !== "string" || test(value, rule);
const whenList =
  (test: (value: unknown[], rule: never, schema: JsonSchema) => boolean): Check =>
  (rule, value, schema) =>
    !Array.isArray(value) || test(value, rule, schema);
const whenObject =
  (test: (value: Record<string, unknown>, rule: never, schema: JsonSchema) => boolean): Check =>
  (rule, value, schema) =>
    !isObject(value) || test(value, rule, schema);

const checks: Readonly<Record<string, Check>> = {
  $schema: always,
  title: always,
  description: always,
  default: always,
  type: (rule: string, value) => typeChecks[rule]!(value),
  const: (rule: unknown, value) => rule === value,
  enum: (rule: unknown[], value) => rule.includes(value),
  minimum: whenNumber((value, rule) => value >= rule),
  maximum: whenNumber((value, rule) => value <= rule),
  exclusiveMinimum: whenNumber((value, rule) => value > rule),
  exclusiveMaximum: whenNumber((value, rule) => value < rule),
  minLength: whenText((value, rule) => value.length >= rule),
  maxLength: whenText((value, rule) => value.length <= rule),
  pattern: whenText((value, rule) => new RegExp(rule, "u").test(value)),
  minItems: whenList((value, rule) => value.length >= rule),
  maxItems: whenList((value, rule) => value.length <= rule),
  items: whenList((value, rule: JsonSchema | JsonSchema[]) =>
    value.every((item, i) =>
      Array.isArray(rule) ? i >= rule.length || isValidJson(rule[i]!, item) : isValidJson(rule, item),
    ),
  ),
  additionalItems: whenList((value, rule: JsonSchema | boolean, { items }) =>
    value.slice((items as JsonSchema[]).length).every((item) => isValidJson(rule, item)),
  ),
  properties: whenObject((value, rule: Record<string, JsonSchema>) =>
    Object.entries(rule).every(([key, schema]) => !Object.hasOwn(value, key) || isValidJson(schema, value[key])),
  ),
  required: whenObject((value, rule: string[]) => rule.every((key) => Object.hasOwn(value, key))),
  propertyNames: whenObject((value, rule: JsonSchema) => Object.keys(value).every((key) => isValidJson(rule, key))),
  additionalProperties: whenObject((value, rule: JsonSchema | boolean, { properties = {} }) =>
    Object.entries(value).every(([key, member]) => Object.hasOwn(properties, key) || isValidJson(rule, member)),
  ),
  anyOf: (rule: JsonSchema[], value) => rule.some((schema) => isValidJson(schema, value)),
  oneOf: (rule: JsonSchema[], value) => rule.filter((schema) => isValidJson(schema, value)).length === 1,
};

const typeChecks: Readonly<Record<string, (value: unknown) => boolean>> = {
  object: isObject,
  array: Array.isArray,
  string: (value) => typeof value === "string",
  number: (value) => typeof value === "number",
  integer: Number.isInteger,
  boolean: (value) => typeof value === "boolean",
};

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
