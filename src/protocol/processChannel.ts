import type { Channel } from "./rpc";

/** What `ChildProcess` and, in the child, `process` have in common; structural, so that this layer imports no Node module. */
export interface MessagePort {
  send?(message: unknown, callback?: (error: Error | null) => void): boolean;
  on(event: "message", listener: (message: unknown) => void): unknown;
  readonly connected: boolean;
}

/** A {@link Channel} over Node's built-in IPC pipe; `closed` tells how the owner learns of its end. */
export function processChannel(port: MessagePort, closed: (listener: (reason: string) => void) => void): Channel {
  return {
    send: (message) => {
      // The pipe can break between the check and the write: the close listener reports that, so the write error is dropped.
      if (port.connected) port.send?.(message, () => undefined);
    },
    onMessage: (listener) => {
      port.on("message", listener);
    },
    onClose: closed,
  };
}
