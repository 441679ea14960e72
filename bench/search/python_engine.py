"""Answers the queries of the evaluation set with the search of the Python version, in its local mode.

Reads one JSON object from standard input: {"payloads": [...], "queries": [...], "limit": n}; writes a list of lists of
ids. State folder and mode come from the environment.
"""
import json
import sys

from kioku_mesh.memory.backend import LocalBackend
from kioku_mesh.models import Observation

given = json.load(sys.stdin)
backend = LocalBackend()
for payload in given["payloads"]:
    backend.put_observation(Observation.from_json(payload))
answers = []
for query in given["queries"]:
    found = backend.search_observations(query=query, limit=given["limit"])
    answers.append([one.observation_id for one in found])
json.dump(answers, sys.stdout)
