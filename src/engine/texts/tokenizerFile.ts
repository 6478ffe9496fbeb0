import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";

import { Tokenizer } from "@huggingface/tokenizers";
import { z } from "zod";

import { UserError } from "../../core/errors";
import type { TokenSpelling } from "./tokenBytes";

const Schema = z.looseObject({
  model: z.looseObject({
    vocab: z.union([z.record(z.string(), z.number()), z.array(z.unknown())]),
    continuing_subword_prefix: z.string().nullish(),
    end_of_word_suffix: z.string().nullish(),
    unk_token: z.string().nullish(),
    unk_id: z.int().min(0).nullish(),
  }),
  padding: z.looseObject({ pad_id: z.int().min(0) }).nullish(),
  pre_tokenizer: z.unknown(),
});

const ConfigSchema = z.looseObject({
  pad_token: z.union([z.string(), z.looseObject({ content: z.string() })]).nullish(),
});

/** Tokens that padding is usually made of, where neither file says. */
const usualPadTokens = ["[PAD]", "<pad>", "<|pad|>", "<|endoftext|>"];

/** What a `tokenizer.json` and the `tokenizer_config.json` beside it say. */
export interface TokenizerFile {
  readonly tokenizer: Tokenizer;
  /** Of both files. */
  readonly contents: readonly [tokenizer: string, config: string];
  readonly padTokenId: number;
  /** Stands for words that the vocabulary lacks; undefined where there are none. */
  readonly unknownTokenId: number | undefined;
  readonly spelling: TokenSpelling;
  /** Characters that the tokenizer takes for words by themselves, as far as that matters for finding unknown words. */
  readonly isolated: RegExp | undefined;
}

/** What BERT splits off words. */
const bertPunctuation = /[\p{P}$+<=>^`|~]/u;

/**
 * Reads `tokenizer.json` and, if it is there, the `tokenizer_config.json` in the same folder.
 * @param key of the experiment that names the file, for messages
 * @throws UserError when the file is missing or is no tokenizer
 */
export async function readTokenizerFile(path: string, key: string): Promise<TokenizerFile> {
  const content = await readFile(path, "utf8").catch((cause: unknown) => {
    throw new UserError(
      `The tokenizer "${path}" cannot be read; correct "${key}", the tokenizer.json published with the backbone.`,
      { cause },
    );
  });
  const file = Schema.safeParse(parseJson(path, content));
  if (!file.success)
    throw new UserError(
      `"${path}" is no tokenizer.json: it has no "model" with a "vocab"; take the file published with the backbone.`,
    );
  const configPath = join(dirname(path), "tokenizer_config.json");
  const configContent = await readFile(configPath, "utf8").catch(() => "{}");
  const config = ConfigSchema.safeParse(parseJson(configPath, configContent)).data ?? {};
  const tokenizer = makeTokenizer(path, file.data, config);
  const { model, pre_tokenizer: preTokenizer } = file.data;
  return {
    tokenizer,
    contents: [content, configContent],
    padTokenId: padTokenId(tokenizer, file.data, config),
    unknownTokenId: model.unk_id ?? (model.unk_token ? tokenizer.token_to_id(model.unk_token) : undefined),
    isolated: mentions(preTokenizer, "BertPreTokenizer") ? bertPunctuation : undefined,
    spelling: {
      isByteLevel: mentions(preTokenizer, "ByteLevel"),
      continuingPrefix: model.continuing_subword_prefix ?? "",
      endOfWord: model.end_of_word_suffix ?? "",
    },
  };
}

/** Whether a pre-tokenizer is of this type, or one that it is made of. */
function mentions(preTokenizer: unknown, type: string): boolean {
  return JSON.stringify(preTokenizer ?? null).includes(`"type":"${type}"`);
}

function makeTokenizer(path: string, file: object, config: object): Tokenizer {
  try {
    return new Tokenizer(file, config);
  } catch (cause) {
    throw new UserError(
      `"${path}" describes a tokenizer that is not supported (${(cause as Error).message}); use a BPE, WordPiece or Unigram one.`,
      {
        cause,
      },
    );
  }
}

function padTokenId(
  tokenizer: Tokenizer,
  file: z.infer<typeof Schema>,
  { pad_token: padToken }: z.infer<typeof ConfigSchema>,
): number {
  if (file.padding) return file.padding.pad_id;
  const named = typeof padToken === "string" ? padToken : padToken?.content;
  for (const token of named === undefined ? usualPadTokens : [named, ...usualPadTokens]) {
    const id = tokenizer.token_to_id(token);
    if (id !== undefined) return id;
  }
  return 0;
}

function parseJson(path: string, content: string): unknown {
  try {
    return JSON.parse(content);
  } catch (cause) {
    throw new UserError(`"${path}" is not valid JSON (${(cause as Error).message}); copy the file again.`, { cause });
  }
}
