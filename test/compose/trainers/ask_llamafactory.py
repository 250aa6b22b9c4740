"""Which texts LLaMA-Factory v1 learns from: ask_llamafactory.py FILE"""

import sys

from common import answer, segments, tokenizer
from stand_in import seal, stand_in

stand_in("torch", "accelerate", "peft", "trl")

from llamafactory.v1.core.data_engine import DataEngine  # noqa: E402
from llamafactory.v1.core.utils.rendering import Renderer  # noqa: E402

seal()
tokens = tokenizer()
renderer = Renderer("qwen3_nothink", tokens)
engine = DataEngine(sys.argv[1])
learned = []
for at in range(len(engine)):
    [made] = renderer.process_samples([engine[at]])
    counts = [weight > 0 for weight in made["loss_weights"]]
    assert counts == [label != -100 for label in made["labels"]]
    learned.append(segments(made["input_ids"], counts, tokens.decode))
answer(learned)
