import { Cancelled, RunFailure, UserError } from "../core/errors";

/** A duplex pipe to another process; whatever is sent is structured-cloned or JSON-encoded by it. */
export interface Channel {
  send(message: unknown): void;
  onMessage(listener: (message: unknown) => void): void;
  /** Called once, when nothing more can arrive; `reason` is a sentence. */
  onClose(listener: (reason: string) => void): void;
}

/** The calls one side offers: name → function of one request. */
export type Calls = Readonly<Record<string, (request: never) => unknown>>;

/** The events one side sends: name → payload. */
export type Events = Readonly<Record<string, unknown>>;

type RequestOf<F> = F extends (request: infer R) => unknown ? R : never;
type ReplyOf<F> = F extends (request: never) => infer R ? Awaited<R> : never;

export type Handlers<C> = {
  readonly [N in keyof C]: (request: RequestOf<C[N]>) => ReplyOf<C[N]> | Promise<ReplyOf<C[N]>>;
};
export type Listeners<E> = { readonly [N in keyof E]?: (payload: E[N]) => void };

/** No calls, no events, or a request that says nothing. */
export type Nothing = Readonly<Record<string, never>>;

export interface Peer<RemoteCalls, OwnEvents> {
  /**
   * Settles in exactly one of three ways: the reply, the remote error, or {@link ChannelClosed}; with `timeoutMs` also by
   * {@link CallTimeout}.
   */
  readonly call: <N extends keyof RemoteCalls & string>(
    name: N,
    request: RequestOf<RemoteCalls[N]>,
    options?: { readonly timeoutMs?: number },
  ) => Promise<ReplyOf<RemoteCalls[N]>>;
  /** Tells the other side something; silently dropped once the channel is closed. */
  readonly emit: <N extends keyof OwnEvents & string>(name: N, payload: OwnEvents[N]) => void;
}

/** The other side is gone; `message` says why. */
export class ChannelClosed extends Error {
  override readonly name = "ChannelClosed";
}

export class CallTimeout extends Error {
  override readonly name = "CallTimeout";
}

/** An error as it crosses a process boundary. */
export interface WireError {
  /** `bug`: shown with its stack; the others: as their sentence. */
  readonly kind: "user" | "failure" | "cancelled" | "bug";
  readonly message: string;
  readonly stack?: string | undefined;
}

export function toWireError(error: unknown): WireError {
  if (error instanceof UserError) return { kind: "user", message: error.message };
  if (error instanceof RunFailure) return { kind: "failure", message: error.message };
  if (error instanceof Cancelled) return { kind: "cancelled", message: error.message };
  if (error instanceof Error) return { kind: "bug", message: error.message, stack: stackWithCauses(error) };
  return { kind: "bug", message: String(error) };
}

export function fromWireError(wire: WireError): Error {
  if (wire.kind === "user") return new UserError(wire.message);
  if (wire.kind === "failure") return new RunFailure(wire.message);
  if (wire.kind === "cancelled") return new Cancelled(wire.message);
  const error = new Error(wire.message);
  if (wire.stack !== undefined) error.stack = wire.stack;
  return error;
}

function stackWithCauses(error: Error): string {
  const own = error.stack ?? `${error.name}: ${error.message}`;
  return error.cause instanceof Error ? `${own}\nCaused by: ${stackWithCauses(error.cause)}` : own;
}

type Frame =
  | { readonly kind: "request"; readonly id: number; readonly name: string; readonly payload: unknown }
  | { readonly kind: "reply"; readonly id: number; readonly payload: unknown }
  | { readonly kind: "error"; readonly id: number; readonly error: WireError }
  | { readonly kind: "event"; readonly name: string; readonly payload: unknown };

interface Pending {
  resolve(value: unknown): void;
  reject(error: Error): void;
  readonly timer: ReturnType<typeof setTimeout> | undefined;
}

/**
 * Joins two processes: answers the other side's calls with `handlers`, hears its events with `listeners`, and returns the
 * means to call and tell it things. Frames that are none of ours are ignored.
 */
export function connect<RemoteCalls, RemoteEvents, OwnEvents = Nothing>(
  channel: Channel,
  handlers: Readonly<Record<string, (request: never) => unknown>>,
  listeners: Listeners<RemoteEvents> = {},
): Peer<RemoteCalls, OwnEvents> {
  const pending = new Map<number, Pending>();
  let nextId = 0;
  let closed: string | undefined;

  const settle = (id: number): Pending | undefined => {
    const call = pending.get(id);
    pending.delete(id);
    if (call?.timer !== undefined) clearTimeout(call.timer);
    return call;
  };

  const post = (frame: Frame): void => {
    if (closed === undefined) channel.send(frame);
  };

  const answer = async (id: number, name: string, payload: unknown): Promise<void> => {
    try {
      const handler = Object.hasOwn(handlers, name) ? handlers[name] : undefined;
      if (!handler) throw new Error(`No call is named "${name}".`);
      post({ kind: "reply", id, payload: await handler(payload as never) });
    } catch (error) {
      post({ kind: "error", id, error: toWireError(error) });
    }
  };

  channel.onMessage((message) => {
    if (!isFrame(message)) return;
    switch (message.kind) {
      case "request":
        void answer(message.id, message.name, message.payload);
        break;
      case "reply":
        settle(message.id)?.resolve(message.payload);
        break;
      case "error":
        settle(message.id)?.reject(fromWireError(message.error));
        break;
      case "event":
        if (Object.hasOwn(listeners, message.name))
          listeners[message.name as keyof RemoteEvents]?.(message.payload as RemoteEvents[keyof RemoteEvents]);
        break;
    }
  });
  channel.onClose((reason) => {
    closed ??= reason;
    for (const id of [...pending.keys()]) settle(id)?.reject(new ChannelClosed(reason));
  });

  return {
    call: (name, request, options = {}) =>
      new Promise((resolve, reject) => {
        if (closed !== undefined) {
          reject(new ChannelClosed(closed));
          return;
        }
        const id = nextId++;
        const { timeoutMs } = options;
        const timer =
          timeoutMs === undefined
            ? undefined
            : setTimeout(
                () => settle(id)?.reject(new CallTimeout(`"${name}" was not answered within ${timeoutMs} ms.`)),
                timeoutMs,
              );
        pending.set(id, { resolve: resolve, reject, timer });
        try {
          post({ kind: "request", id, name, payload: request });
        } catch (error) {
          settle(id)?.reject(error instanceof Error ? error : new Error(String(error)));
        }
      }),
    emit: (name, payload) => post({ kind: "event", name, payload }),
  };
}

function isFrame(message: unknown): message is Frame {
  if (typeof message !== "object" || message === null || !("kind" in message)) return false;
  switch (message.kind) {
    case "request":
      return "id" in message && typeof message.id === "number" && "name" in message && typeof message.name === "string";
    case "reply":
      return "id" in message && typeof message.id === "number";
    case "error":
      return "id" in message && typeof message.id === "number" && "error" in message && isWireError(message.error);
    case "event":
      return "name" in message && typeof message.name === "string";
    default:
      return false;
  }
}

function isWireError(error: unknown): error is WireError {
  return typeof error === "object" && error !== null && "message" in error && typeof error.message === "string";
}
