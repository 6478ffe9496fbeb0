/** Tiny tokenizer.json files, one per model that Hugging Face tokenizers know. */

const special = (id: number, content: string): object => ({
  id,
  content,
  single_word: false,
  lstrip: false,
  rstrip: false,
  normalized: false,
  special: true,
});

export const wordPiece = {
  version: "1.0",
  truncation: null,
  padding: null,
  added_tokens: ["[PAD]", "[UNK]", "[CLS]", "[SEP]"].map((content, id) => special(id, content)),
  normalizer: {
    type: "BertNormalizer",
    clean_text: true,
    handle_chinese_chars: true,
    strip_accents: null,
    lowercase: true,
  },
  pre_tokenizer: { type: "BertPreTokenizer" },
  post_processor: {
    type: "TemplateProcessing",
    single: [
      { SpecialToken: { id: "[CLS]", type_id: 0 } },
      { Sequence: { id: "A", type_id: 0 } },
      { SpecialToken: { id: "[SEP]", type_id: 0 } },
    ],
    pair: [],
    special_tokens: {
      "[CLS]": { id: "[CLS]", ids: [2], tokens: ["[CLS]"] },
      "[SEP]": { id: "[SEP]", ids: [3], tokens: ["[SEP]"] },
    },
  },
  decoder: { type: "WordPiece", prefix: "##", cleanup: true },
  model: {
    type: "WordPiece",
    unk_token: "[UNK]",
    continuing_subword_prefix: "##",
    max_input_chars_per_word: 100,
    vocab: { "[PAD]": 0, "[UNK]": 1, "[CLS]": 2, "[SEP]": 3, a: 4, cat: 5, "##s": 6, sit: 7, "##ting": 8, "!": 9 },
  },
};

export const bpe = {
  version: "1.0",
  truncation: null,
  padding: { strategy: "BatchLongest", pad_id: 0, pad_token: "<pad>", pad_type_id: 0, direction: "Right" },
  added_tokens: [special(0, "<pad>")],
  normalizer: { type: "Lowercase" },
  pre_tokenizer: { type: "Whitespace" },
  post_processor: null,
  decoder: null,
  model: {
    type: "BPE",
    dropout: null,
    unk_token: null,
    continuing_subword_prefix: "",
    end_of_word_suffix: "</w>",
    vocab: { "<pad>": 0, c: 1, a: 2, "t</w>": 3, "a</w>": 4, at: 5, "at</w>": 6, "cat</w>": 7, t: 8 },
    merges: [
      ["a", "t</w>"],
      ["c", "at</w>"],
    ],
  },
};

export const unigram = {
  version: "1.0",
  truncation: null,
  padding: null,
  added_tokens: [],
  normalizer: null,
  pre_tokenizer: { type: "Metaspace", replacement: "▁", prepend_scheme: "always", split: true },
  post_processor: null,
  decoder: null,
  model: {
    type: "Unigram",
    unk_id: 0,
    vocab: [
      ["<unk>", 0],
      ["▁", -4],
      ["▁cat", -2],
      ["▁ca", -3],
      ["t", -5],
      ["s", -3],
      ["▁a", -1],
    ],
  },
};

const numbered = (...tokens: readonly string[]): Record<string, number> =>
  Object.fromEntries(tokens.map((token, id) => [token, id]));

/** As RoBERTa's: bytes as printable characters, a space as the first of its word, start and end tokens. */
export const byteLevelBpe = {
  version: "1.0",
  truncation: null,
  padding: null,
  added_tokens: ["<s>", "<pad>", "</s>", "<unk>", "<mask>"].map((content, id) => special(id, content)),
  normalizer: null,
  pre_tokenizer: { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true },
  post_processor: {
    type: "RobertaProcessing",
    sep: ["</s>", 2],
    cls: ["<s>", 0],
    trim_offsets: true,
    add_prefix_space: false,
  },
  decoder: { type: "ByteLevel", add_prefix_space: true, trim_offsets: true, use_regex: true },
  model: {
    type: "BPE",
    dropout: null,
    unk_token: null,
    continuing_subword_prefix: "",
    end_of_word_suffix: "",
    vocab: numbered(
      ...["<s>", "<pad>", "</s>", "<unk>", "<mask>"],
      ...["a", "c", "t", "f", "Ġ", "Ã", "©", "ca", "Ġca", "cat", "Ġcat", "Ġa"],
    ),
    merges: [
      ["c", "a"],
      ["Ġ", "ca"],
      ["ca", "t"],
      ["Ġca", "t"],
      ["Ġ", "a"],
    ],
  },
};

/** As CLIP's: lower case, bytes as printable characters, a sign behind the last token of a word, "!" as the first entry. */
export const clipBpe = {
  version: "1.0",
  truncation: null,
  padding: null,
  added_tokens: [special(10, "<|startoftext|>"), special(11, "<|endoftext|>")],
  normalizer: {
    type: "Sequence",
    normalizers: [
      { type: "NFC" },
      { type: "Replace", pattern: { Regex: "\\s+" }, content: " " },
      { type: "Lowercase" },
    ],
  },
  pre_tokenizer: {
    type: "Sequence",
    pretokenizers: [
      {
        type: "Split",
        pattern: { Regex: "'s|'t|'re|'ve|'m|'ll|'d|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+" },
        behavior: "Removed",
        invert: true,
      },
      { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true },
    ],
  },
  post_processor: null,
  decoder: null,
  model: {
    type: "BPE",
    dropout: null,
    unk_token: "<|endoftext|>",
    continuing_subword_prefix: "",
    end_of_word_suffix: "</w>",
    vocab: numbered(
      ...["!", "a", "c", "t", "a</w>", "t</w>", "!</w>", "at</w>", "cat</w>", "at", "<|startoftext|>", "<|endoftext|>"],
    ),
    merges: [
      ["a", "t</w>"],
      ["c", "at</w>"],
    ],
  },
};
