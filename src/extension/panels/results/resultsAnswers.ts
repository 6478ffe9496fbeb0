import { basename } from "node:path";
import { Cancelled } from "../../../core/errors";
import type {
  RankedQuery,
  RetrievalAnswer,
  RetrievalDirection,
  RetrievalSide,
} from "../../../core/datasets/retrievalResults";
import type { LayerConfidence } from "../../../core/experiment/layerConfidence";
import type { DataTable } from "../../../core/views/csv";
import { entryConfidenceTable, queriesTable, resultsTable } from "../../../core/views/results/resultsTables";
import { shownAnswer, shownQuery, type SourceOf } from "../../../core/views/results/shownEntries";
import type { ResultsIntent } from "../../../protocol/resultsIntent";
import type { ResultsMessage } from "../../../protocol/resultsMessage";
import type { ResultsEngine } from "./resultsEngine";

export type Question = Extract<ResultsIntent, { readonly request: number }>;

export interface AnswerOptions {
  readonly engine: ResultsEngine;
  readonly sourceOf: SourceOf;
  /** Has the user choose an image file; undefined when none was chosen. */
  readonly chooseFile: () => Promise<string | undefined>;
}

/** Queries that are fetched at a time for a table of all. */
const tablePage = 1_000;

/** Answers the questions of a page, and remembers what it shows, for its data. */
export class ResultsAnswers {
  readonly #options: AnswerOptions;
  #file: string | undefined;
  #list: Extract<Question, { kind: "listQueries" }> | undefined;
  #shown: { readonly direction: RetrievalDirection; readonly answer: RetrievalAnswer } | undefined;

  constructor(options: AnswerOptions) {
    this.#options = options;
  }

  /** Never rejects: what fails becomes a message that says why. */
  async answer(question: Question): Promise<ResultsMessage> {
    const { request } = question;
    try {
      return (await this.#answer(question)) ?? { kind: "problem", request };
    } catch (error) {
      if (error instanceof Cancelled) return { kind: "problem", request };
      return { kind: "problem", request, reason: error instanceof Error ? error.message : String(error) };
    }
  }

  /** The data behind a part of the page; undefined for a name that no part has, or while there is nothing. */
  async table(chart: string): Promise<DataTable | undefined> {
    if (chart === "queries") return this.#allQueries();
    const shown = this.#shown;
    if (!shown) return undefined;
    const { direction, answer } = shown;
    const [from, to] = sidesOf(direction);
    if (chart === "results") return resultsTable(answer, names(this.#layers(to)));
    if (chart === "confidence.query") return confidenceTable(this.#layers(from), answer.confidence);
    const position = /^confidence\.result\.(\d{1,4})$/.exec(chart)?.[1];
    if (position === undefined) return undefined;
    const result = [...answer.results, ...(answer.firstRight ? [answer.firstRight] : [])][Number(position)];
    return confidenceTable(this.#layers(to), result?.confidence);
  }

  async #answer(question: Question): Promise<ResultsMessage | undefined> {
    const { engine, sourceOf } = this.#options;
    const { request, split } = question;
    switch (question.kind) {
      case "listQueries": {
        const { direction, sort, isReversed, filter, onlyFailures, offset, limit } = question;
        this.#list = question;
        const wanted = { split, direction, sort, isReversed, filter, onlyFailures, offset, limit };
        const { total, queries } = await engine.ask(split, (call) => call("listQueries", wanted));
        return {
          kind: "queries",
          request,
          total,
          offset,
          queries: queries.map((query) => shownQuery(query, sourceOf)),
        };
      }
      case "nearest": {
        const { direction, query: index, count } = question;
        const reply = await engine.ask(split, (call) => call("nearest", { split, direction, query: index, count }));
        const { query, ...answer } = reply;
        this.#shown = { direction, answer };
        return {
          kind: "answer",
          request,
          answer: shownAnswer(answer, sourceOf),
          query: shownQuery(query, sourceOf),
        };
      }
      case "searchText": {
        const { text, count } = question;
        const answer = await engine.ask(split, (call) => call("searchText", { split, text, count }));
        this.#shown = { direction: "textToImage", answer };
        return { kind: "answer", request, answer: shownAnswer(answer, sourceOf) };
      }
      case "searchFile": {
        const { count } = question;
        const path = question.chooses ? await this.#options.chooseFile() : this.#file;
        if (path === undefined) return undefined;
        const answer = await engine.ask(split, (call) => call("searchImage", { split, path, count }));
        this.#file = path;
        this.#shown = { direction: "imageToText", answer };
        const file = { name: basename(path), source: sourceOf(path) };
        return { kind: "answer", request, answer: shownAnswer(answer, sourceOf), file };
      }
    }
  }

  /** Every query of the list that the page shows a part of. */
  async #allQueries(): Promise<DataTable | undefined> {
    const list = this.#list;
    if (!list) return undefined;
    const { split, direction, sort, isReversed, filter, onlyFailures } = list;
    const queries: RankedQuery[] = [];
    for (let total = 1; queries.length < total;) {
      const wanted = {
        split,
        direction,
        sort,
        isReversed,
        filter,
        onlyFailures,
        offset: queries.length,
        limit: tablePage,
      };
      const page = await this.#options.engine.ask(split, (call) => call("listQueries", wanted));
      if (page.queries.length === 0) break;
      queries.push(...page.queries);
      ({ total } = page);
    }
    return queriesTable(queries, names(this.#layers(sidesOf(direction)[0])));
  }

  #layers(side: RetrievalSide): readonly LayerConfidence[] {
    return this.#options.engine.overview?.confidence?.[side] ?? [];
  }
}

/** What asks and what answers. */
function sidesOf(direction: RetrievalDirection): readonly [RetrievalSide, RetrievalSide] {
  return direction === "textToImage" ? ["text", "image"] : ["image", "text"];
}

function names(layers: readonly LayerConfidence[]): readonly string[] {
  return layers.map(({ layer }) => layer);
}

function confidenceTable(
  layers: readonly LayerConfidence[],
  confidence: readonly number[] | undefined,
): DataTable | undefined {
  return confidence && entryConfidenceTable(layers, confidence);
}
