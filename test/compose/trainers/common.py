"""What the askers share: a tokenizer of single bytes, the rows of an output, and the texts that carry loss."""

import json
import sys

import pyarrow.parquet as pq
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast

# ChatML, with calls as Hermes writes them
TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n"
    "{% if message['content'] %}{{ message['content'] }}{% endif %}"
    "{% for call in message['tool_calls'] or [] %}"
    "<tool_call>{{ call['function'] | tojson }}</tool_call>"
    "{% endfor %}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


def tokenizer():
    """A token for every byte and mark: what is learned can be read back to the letter."""
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    plain = Tokenizer(models.BPE(vocab={letter: at for at, letter in enumerate(letters)}, merges=[]))
    plain.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    plain.decoder = decoders.ByteLevel()
    made = PreTrainedTokenizerFast(
        tokenizer_object=plain,
        eos_token="<|im_end|>",
        pad_token="<|pad|>",
        additional_special_tokens=["<|im_start|>"],
        clean_up_tokenization_spaces=False,
    )
    made.chat_template = TEMPLATE
    return made


def rows(path):
    """The rows of a Parquet file; where they are JSON records, these."""
    table = pq.read_table(path)
    if "record" in table.column_names:
        return [json.loads(text) for text in table.column("record").to_pylist()]
    return table.to_pylist()


def segments(tokens, learned, decode):
    """The texts that lie next to each other and carry loss."""
    found, run = [], []
    for token, counts in zip(tokens, learned, strict=True):
        if counts:
            run.append(token)
        elif run:
            found.append(decode(run))
            run = []
    return [*found, decode(run)] if run else found


def answer(learned):
    """Gives the learned texts of every row to the test."""
    json.dump(learned, sys.stdout)
