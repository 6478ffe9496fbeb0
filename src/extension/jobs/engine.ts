import type * as vscode from "vscode";
import type { EngineCalls, EngineEvents } from "../../protocol/engine";
import type { Listeners, Nothing, Peer } from "../../protocol/rpc";

/** A worker process kept for several questions; its memory is certainly freed when it is disposed of. */
export interface EngineSession {
  dispose(): void;
  readonly call: Peer<EngineCalls, Nothing>["call"];
  /** Resolves when the process is gone, with the reason as a sentence. */
  readonly closed: Promise<string>;
}

/** Questions to the engine outside of runs: what a model holds, what a device can do. */
export interface Engine {
  dispose(): void;
  /**
   * A worker for several questions; `listeners` hear what it tells meanwhile.
   * @throws UserError in an untrusted workspace
   */
  open(listeners?: Listeners<EngineEvents>): Promise<EngineSession>;
  /** Asks in a worker of its own that ends with the answer; cancelling kills it. @throws UserError in an untrusted workspace */
  ask<T>(question: (call: EngineSession["call"]) => Promise<T>, token?: vscode.CancellationToken): Promise<T>;
}
