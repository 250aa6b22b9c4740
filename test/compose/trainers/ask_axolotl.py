"""Which texts axolotl learns from: ask_axolotl.py FILE FIELD"""

import sys

from common import answer, rows, segments, tokenizer
from stand_in import seal, stand_in

stand_in("torch", "accelerate")

from axolotl.prompt_strategies.chat_template import load  # noqa: E402
from axolotl.utils.dict import DictDefault  # noqa: E402

seal()
_, path, field = sys.argv
tokens = tokenizer()
config = DictDefault({"sequence_len": 1 << 20, "train_on_inputs": False})
dataset = {"type": "chat_template", "chat_template": "tokenizer_default", "message_field_training": field}
strategy = load(tokens, config, dataset)
learned = []
for row in rows(path):
    made = strategy.tokenize_prompt({"messages": [row["messages"]]})  # a batch of one, as axolotl maps a data set
    [ids], [labels] = made["input_ids"], made["labels"]
    learned.append(segments(ids, [label != -100 for label in labels], tokens.decode))
answer(learned)
