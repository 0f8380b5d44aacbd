"""Picture and sound data of Hearth Mini: base assets, training data and held-out evaluation sets.

    python -m hearth_mini.media.assets   --mirror DIR --out ASSETS
    python -m hearth_mini.media.generate --assets ASSETS --tokenizer FILE --out DIR --pictures N --recordings N
    python -m hearth_mini.media.heldout  --assets ASSETS --out DIR

`generate` writes four files:

    images.npy   uint8 [pictures, 128, 128, 3], RGB, fitted as docs/adr/0001 says under "Picture"
    audio.npy    int16 [samples], 16 kHz mono, all recordings one after another, at most six seconds each
    samples.u16  little-endian uint16 token ids of all samples; bit 15 set: no loss on predicting this token
    index.npy    int64 [n, 5]: first id, end of ids, picture or -1, first audio sample or -1, end of audio samples

A sample is one conversation in chat format, ended by id 0 (`<|endoftext|>`, no loss):

    <|user|><|image|>What is this?<|end|><|assistant|>A red circle.<|end|><|user|>...<|end|><|endoftext|>

Loss falls on the answers and the `<|end|>` after each. A picture sample holds one to three questions about its picture,
a recording sample one or two. A mixed sample has `<|image|><|audio|>`: the recording asks about the picture.

Answers are short sentences, or the bare answer when the question asks for one word. Transcripts are sentence-cased, end
with a full stop or question mark, hold no other punctuation than apostrophes, and write numbers as words. Drawn text is
answered exactly as drawn, capitals included. Spellings are letters with a blank between ("c a t").

Kept for evaluation only: two fonts, the test part of MNIST, one sentence and one drawn word in twenty (by a hash of the
text), six voice variants, and every real speaker whose identifier hashes into the fifth part set aside, with two of the
six speakers of the digit set.
"""
