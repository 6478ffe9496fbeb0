export interface ListWindow {
  readonly scrollTop: number;
  readonly height: number;
  readonly rowHeight: number;
  readonly total: number;
}

/** Rows kept beyond what is visible, so that scrolling a little shows no gap. */
const overscan = 6;

/** The rows of a long list that have to be drawn: from `from` to before `to`. */
export function visibleRows({ scrollTop, height, rowHeight, total }: ListWindow): { from: number; to: number } {
  const first = Math.floor(scrollTop / rowHeight) - overscan;
  const last = Math.ceil((scrollTop + height) / rowHeight) + overscan;
  const to = Math.min(total, Math.max(0, last));
  return { from: Math.max(0, Math.min(first, to)), to };
}

/** Numbers of the pages that hold these rows and are not known yet. */
export function missingPages(from: number, to: number, pageSize: number, isKnown: (page: number) => boolean): number[] {
  const pages: number[] = [];
  for (let page = Math.floor(from / pageSize); page * pageSize < to; page++) if (!isKnown(page)) pages.push(page);
  return pages;
}

/** Where to scroll so that a row is seen, if it is not. */
export function scrollToShow(row: number, { scrollTop, height, rowHeight }: Omit<ListWindow, "total">): number {
  const [top, bottom] = [row * rowHeight, (row + 1) * rowHeight];
  if (top < scrollTop) return top;
  return bottom > scrollTop + height ? bottom - height : scrollTop;
}
