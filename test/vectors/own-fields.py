"""
Writes own-fields.json: what Django REST framework's own fields make of values, as JSON and as a form sends them.

    python3 test/vectors/own-fields.py > test/vectors/own-fields.json
"""

import json

import django
from django.conf import settings

settings.configure(USE_TZ=True, SECRET_KEY="vectors", LANGUAGE_CODE="en-us")
django.setup()

from django.http import QueryDict  # noqa: E402
from rest_framework import serializers  # noqa: E402

TEXTS = [
    "", " ", "a", "ab", "abcdefghijkl", "1", "1.0", "1.5", " 7 ", "0x1", "true", "True", "TRUE", "t", "T", "yes",
    "on", "y", "Y", "no", "off", "n", "null", "Null", "None", "0", "f", "2020-02-30", "2020-02-29", "20200229",
    "2020-2-9", "0000-01-01", "2020-02-29T10:00:00", "red", "-5", "+5", "007", "1.", "1.00", "9" * 22, "a\0b", "2020-02-29\n",
    "1e3", "Infinity", "x" * 1001, "é" * 11, " ab ",
]
URLS = [
    "http://a.b", "https://example.com/x?y#z", "ftp://x.org", "ftps://x.org", "gopher://x.org", "javascript:alert(1)", "example.com",
    "http://localhost", "HTTP://LOCALHOST:8000", "http://[::1]/", "http://[::1", "http://[zz]/", "http://ex ample.com", "http://-a.com", "http://a-.com",
    "http://user:pw@h.org", "http://user@h.org", "http://user:pw:x@h.org", "http://exämple.org/ö", "http://a.bc\n", "http://1.2.3.4",
    "http://999.1.1.1", "http://a.toolongtld1", "http://h.org:1", "http://h.org:80", "http://h.org:123456", "http://h.org.",
    "http://h.org/a b", "http://", "//h.org", "http:/h.org", "http://h..org", "http://.org", "http://xn--a.xn--b",
    "http://" + "a" * 64 + ".org", "http://h.org?q", "http://h.org#f", "http://h.c", "http://h.c-m", "mailto:a@b.org",
    "http://a_b.org", "http://h.org/\u00a0x", "http://\u00a0.org", "  http://h.org  ",
]
OTHERS = [None, True, False, 0, 1, -5, 7, 101, 1.0, 1.5, [], {}, [1], {"a": 1}]

FIELDS = {
    "string": [
        ({"max_length": 10, "min_length": 2}, lambda r: serializers.CharField(max_length=10, min_length=2, **r)),
        ({"max_length": 10}, lambda r: serializers.CharField(max_length=10, **r)),
    ],
    "integer": [
        ({"min_value": -3, "max_value": 100}, lambda r: serializers.IntegerField(min_value=-3, max_value=100, **r)),
    ],
    "boolean": [({}, lambda r: serializers.BooleanField(**r))],
    "date": [({}, lambda r: serializers.DateField(**r))],
    "choice": [({"choices": ["red", "green", "1"]}, lambda r: serializers.ChoiceField(choices=["red", "green", "1"], **r))],
    "url": [({"max_length": 100}, lambda r: serializers.URLField(max_length=100, **r))],
    "json": [({}, lambda r: serializers.JSONField(**r))],
}


def rules(kind, required):
    """How a model's field with `blank=True` (texts) or `null=True` comes out of a ModelSerializer."""
    if required:
        return {}
    if kind in ("string", "choice", "url"):
        return {"required": False, "allow_blank": True}
    return {"required": False, "allow_null": True}


def outcome(field, data):
    serializer = type("Probe", (serializers.Serializer,), {"field": field})(data=data)
    if not serializer.is_valid():
        return {"errors": serializer.errors["field"]}
    if "field" not in serializer.validated_data:
        return {"absent": True}
    value = serializer.validated_data["field"]
    return {"value": value.isoformat() if hasattr(value, "isoformat") else value}


def cases():
    for kind, variants in FIELDS.items():
        for options, make in variants:
            for required in (True, False):
                texts = TEXTS + (URLS if kind == "url" else [])
                for raw in texts + OTHERS:
                    yield kind, options, required, "json", raw, outcome(make(rules(kind, required)), {"field": raw})
                yield kind, options, required, "json_absent", None, outcome(make(rules(kind, required)), {})
                for raw in texts:
                    form = QueryDict(mutable=True)
                    form["field"] = raw
                    yield kind, options, required, "form", raw, outcome(make(rules(kind, required)), form)
                yield kind, options, required, "form_absent", None, outcome(make(rules(kind, required)), QueryDict())


names = ("type", "options", "required", "as", "raw", "outcome")
print("[")
print(",\n".join(json.dumps(dict(zip(names, case))) for case in cases()))
print("]")
