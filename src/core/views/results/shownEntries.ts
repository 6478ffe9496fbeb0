import type {
  ImageEntry,
  CaptionEntry,
  RankedQuery,
  RetrievalAnswer,
  RetrievalEntry,
  RetrievalResult,
} from "../../datasets/retrievalResults";

/** Where a page loads an image from, instead of its path; undefined for images that the page may not load. */
interface Source {
  readonly source?: string | undefined;
}

export type ShownImage = Omit<ImageEntry, "path"> & Source;
export type ShownCaption = Omit<CaptionEntry, "image"> & {
  readonly image: Omit<CaptionEntry["image"], "path"> & Source;
};
export type ShownEntry = ShownImage | ShownCaption;
export type ShownQuery = Omit<RankedQuery, "entry"> & { readonly entry: ShownEntry };
export type ShownResult = Omit<RetrievalResult, "entry"> & { readonly entry: ShownEntry };

export interface ShownAnswer extends Omit<RetrievalAnswer, "results" | "firstRight"> {
  readonly results: readonly ShownResult[];
  readonly firstRight?: ShownResult | undefined;
}

/** Gives the source of an image to a page. */
export type SourceOf = (path: string) => string | undefined;

export function shownQuery(query: RankedQuery, sourceOf: SourceOf): ShownQuery {
  return { ...query, entry: shownEntry(query.entry, sourceOf) };
}

export function shownAnswer(answer: RetrievalAnswer, sourceOf: SourceOf): ShownAnswer {
  const { results, firstRight, confidence } = answer;
  const shown = (result: RetrievalResult): ShownResult => ({ ...result, entry: shownEntry(result.entry, sourceOf) });
  return {
    results: results.map(shown),
    ...(confidence && { confidence }),
    ...(firstRight && { firstRight: shown(firstRight) }),
  };
}

/** An entry as a page gets it: its path stays with the host. */
function shownEntry(entry: RetrievalEntry, sourceOf: SourceOf): ShownEntry {
  if (entry.side === "image") {
    const { path, ...rest } = entry;
    return { ...rest, source: sourceOf(path) };
  }
  const { path, ...image } = entry.image;
  return { ...entry, image: { ...image, source: sourceOf(path) } };
}
