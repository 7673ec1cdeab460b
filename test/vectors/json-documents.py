"""Records `json-documents.json`: what Python's own parser makes of documents, most of them broken.

`python3 test/vectors/json-documents.py` with Python 3.11, the one that the corpus was recorded with. Seeded, so a second run
writes the same file. Constants are refused as DRF's strict parser refuses them.
"""

import json
import random
from pathlib import Path

BASES = [
    '{"username": "alice", "password": "x"}',
    '{"a": [1, 2.5, -3e10, true, false, null], "b": {"c": "d"}}',
    '["\\u00e9\\n\\t\\"", "\\ud83d\\ude00", "é", "😀"]',
    '{"a": "b",\n  "c": "d"\n}',
    '[[[]], {}, [{}], {"a": {}}]',
]
HANDMADE = [
    "", " ", "\n\n", "null", "true", "1", "-1", "0", "-0", "1.0", "1e5", "1E+5", "1e-7", "-0.0", "1e400", "-1e400",
    "123456789012345678901234567890", "0.1", "100000000000000000.0", "1e16", "1e15", "1e22", "1.5e300", "5e-324", "0.0001", "0.00001",
    "123456.789e3", "NaN", "Infinity", "-Infinity", "nan", "-", "+1", "01", "1.", ".5", "1e", "1e+", "--1", "- 1", "0x1",
    "tru", "True", "nul", "undefined", "'a'", '"', '"a', '"\\', '"\\u', '"\\u12', '"\\u12g4"', '"\\x"', '"a\nb"', '"a\tb"', '"\x00"',
    '"\\ud800"', '"\\udc00\\ud800"', '"\\ud83d\\ude00"', '"\\/"', '"\x7f"', "[", "]", "{", "}", "[1", "[1,", "[1,]", "[,1]", "[1 2]",
    "[1,,2]", "{,}", '{"a"', '{"a":', '{"a":1', '{"a":1,', '{"a":1,}', '{"a" 1}', '{"a":}', "{a:1}", "{'a':1}", '{1:2}', '{"a":1 "b":2}',
    '{"a":1,,"b":2}', '{"a":1}x', '{"a":1} {"b":2}', "[1]]", '{"a":1,"a":2}', "\ufeff{}", "\u00a0{}", "{}\u00a0", "\u2028[]", "\x0b{}", "\x0c[]",
    '{"é": }', '{"😀": }', '["😀" 1]', '"😀', '\n\n  {"a" 1}', '{\r\n"a": \r\n}', '{"__proto__": 1}', '{"": ""}', "/* a */ {}", "// a\n{}", "{} // a",
    "<html>", "a=1&b=2", "--boundary", "[1, 2", '["a", "b"', '{"a": tru}', '{"a": "b" "c"}', '{"a": "b"; "c": 1}', "\t[]\t", "[\u00a01]",
    "9" * 4300, "9" * 4301, "-" + "9" * 4300, "-" + "9" * 4301, "[1e999]", '{"a": -Infinity}', '{"a": NaN}', "[-I]", "[Infinit]", "[N]",
    '"\\u00e9\\u0000"', '"\\u+123"', '"\\u 123"', '"\\u12 4"', '"\\u1_23"', '"\\u０１２３"',
]


def strict_constant(text):
    raise ValueError(f"Out of range float values are not JSON compliant: {text!r}")


def tag(value):
    """A value in a form that keeps int, float and their digits apart."""
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    if isinstance(value, (int, float)):
        return {type(value).__name__: str(value)}
    if isinstance(value, list):
        return [tag(item) for item in value]
    return {"dict": [[key, tag(item)] for key, item in value.items()]}


def outcome(text):
    try:
        return {"text": text, "value": tag(json.loads(text, parse_constant=strict_constant))}
    except ValueError as error:
        return {"text": text, "error": str(error)}


def mutations():
    seeded = random.Random(7)
    alphabet = list('{}[]:,"\\ \n01e.-+tfnaé😀\'')
    for base in BASES:
        for _ in range(70):
            at = seeded.randrange(len(base) + 1)
            kind = seeded.choice(["cut", "drop", "insert", "replace"])
            if kind == "cut":
                yield base[:at]
            elif kind == "drop":
                yield base[:at] + base[at + 1 :]
            elif kind == "insert":
                yield base[:at] + seeded.choice(alphabet) + base[at:]
            else:
                yield base[:at] + seeded.choice(alphabet) + base[at + 1 :]


texts = list(dict.fromkeys([*HANDMADE, *BASES, *mutations()]))
Path(__file__).with_name("json-documents.json").write_text(
    "[\n" + ",\n".join(json.dumps(outcome(text)) for text in texts) + "\n]\n"
)
