import type { Attribute, Attributes } from "../../graph/graph";

/** A node as the file has it: any operator, of the file's own operator set version. */
export interface RawNode {
  readonly name: string;
  readonly opType: string;
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Attributes;
}

/** `attributes` without those named. */
export function withoutAttributes(attributes: Attributes, ...names: readonly string[]): Record<string, Attribute> {
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => !names.includes(name)));
}
