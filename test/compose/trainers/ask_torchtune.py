"""Which texts torchtune learns from: ask_torchtune.py FILE"""

import json
import sys

from common import answer, segments, tokenizer
from stand_in import seal, stand_in

stand_in("torch", "torchao", "torchdata")

from torchtune.data import CROSS_ENTROPY_IGNORE_IDX, Message  # noqa: E402
from torchtune.datasets import SFTDataset  # noqa: E402
from torchtune.modules.transforms.tokenizers import tokenize_messages_no_special_tokens  # noqa: E402

seal()
tokens = tokenizer()


class Encoder:
    """A tokenizer of single bytes as torchtune asks for one."""

    max_seq_len = None

    def encode(self, text, **_):
        return tokens.encode(text, add_special_tokens=False)


def to_messages(sample):
    """torchtune knows text alone, and takes an answer of the assistant only after a message of the user."""
    messages = []
    for message in sample["messages"]:
        calls = [f"<tool_call>{json.dumps(call['function'])}</tool_call>" for call in message.get("tool_calls") or []]
        role = "user" if message["role"] == "tool" else message["role"]
        messages.append(
            Message.from_dict({**message, "role": role, "content": (message["content"] or "") + "".join(calls) + "\n"})
        )
    return {"messages": messages}


def to_tokens(sample):
    ids, mask = tokenize_messages_no_special_tokens(Encoder(), sample["messages"])
    return {"tokens": ids, "mask": mask}


data = SFTDataset(
    source="parquet",
    data_files=sys.argv[1],
    split="train",
    message_transform=to_messages,
    model_transform=to_tokens,
)
learned = []
for at in range(len(data)):
    made = data[at]
    counts = [label != CROSS_ENTROPY_IGNORE_IDX for label in made["labels"]]
    learned.append(segments(made["tokens"], counts, tokens.decode))
answer(learned)
