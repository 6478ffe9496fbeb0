import type { Window } from "../../src/core/views/decimate";

/** Narrows or widens a window around a place in it, within the extent of the data. undefined: all of it. */
export function zoomed(window: Window, extent: Window, at: number, factor: number): Window | undefined {
  const from = Math.max(extent.from, at - (at - window.from) * factor);
  const to = Math.min(extent.to, at + (window.to - at) * factor);
  return from <= extent.from && to >= extent.to ? undefined : { from, to };
}

/** Moves a window, keeping its width, within the extent of the data. */
export function panned(window: Window, extent: Window, by: number): Window {
  const shift = Math.max(extent.from - window.from, Math.min(extent.to - window.to, by));
  return { from: window.from + shift, to: window.to + shift };
}

/** The part that was dragged over, in any direction; undefined when it is too narrow to be meant. */
export function dragged(from: number, to: number, window: Window): Window | undefined {
  const width = window.to - window.from;
  return Math.abs(to - from) < width * 0.01 ? undefined : { from: Math.min(from, to), to: Math.max(from, to) };
}
