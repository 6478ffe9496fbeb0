import type { Attribute } from "../graph/graph";

/** A node as the file has it: any operator, of the file's own operator set version. */
export interface RawNode {
  readonly name: string;
  readonly opType: string;
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}
