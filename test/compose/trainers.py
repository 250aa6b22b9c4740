"""Which messages of a Parquet file a trainer's own loader learns from: trainers.py torchtune FILE"""

import json
import sys

import pyarrow.parquet as pq
from torchtune.data import Message

rows = pq.read_table(sys.argv[2], columns=["messages"]).to_pylist()
learned = []
for row in rows:
    messages = [Message.from_dict({**m, "role": {"tool": "ipython"}.get(m["role"], m["role"]), "content": m["content"] or ""}) for m in row["messages"]]
    learned.append([at for at, message in enumerate(messages) if not message.masked])
json.dump(learned, sys.stdout)
