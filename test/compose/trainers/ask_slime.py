"""Which texts slime learns from: ask_slime.py FILE"""

import sys

from common import answer, rows, segments, tokenizer
from slime.utils.mask_utils import MultiTurnLossMaskGenerator

tokens = tokenizer()
generator = MultiTurnLossMaskGenerator(tokens, tokenizer_type="qwen")
learned = []
for row in rows(sys.argv[1]):
    ids, mask = generator.get_loss_mask(row["messages"])
    learned.append(segments(ids, mask, tokens.decode))
answer(learned)
