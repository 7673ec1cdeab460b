"""Records `emails.json`: which addresses Django's `EmailValidator` takes.

Needs Django (Debian: python3-django): `python3 test/vectors/emails.py`. Seeded, so a second run writes the same file.
Django 5 looks at 320 characters at most; Django 3.2 has no such limit, so no address here is longer. Domains that
IDNA 2003 takes and the URL standard refuses (a joiner, a mark that stands first) are left out on purpose.
"""

import json
import random
from pathlib import Path

from django.conf import settings

settings.configure(USE_I18N=False)

from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator

HANDMADE = [
    "", "a", "@", "a@", "@a", "a@b", "a@b.c", "a@b.co", "a@b.co.", "a@.co", "a@b..co", "a@-b.co", "a@b-.co", "a@b.co-",
    "a@localhost", "a@LOCALHOST", "a@localhost.", "a.b@c.de", ".a@c.de", "a.@c.de", "a..b@c.de", "a b@c.de", "a@c.de ",
    " a@c.de", "a@c.de\n", "a\n@c.de", "a@c.d\te", '"a b"@c.de', '"a\\"b"@c.de', '"a"b"@c.de', '"a@c.de', '""@c.de',
    '"a\nb"@c.de', '"\\\n"@c.de', "a@b@c.de", '"a@b"@c.de', "a@[127.0.0.1]", "a@[127.0.0.256]", "a@[127.0.0]",
    "a@[::1]", "a@[::ffff:127.0.0.1]", "a@[1:2:3:4:5:6:7:8]", "a@[1:2:3:4:5:6:7:8:9]", "a@[:::]", "a@[]", "a@[a.b]",
    "a@[IPv6:::1]", "a@127.0.0.1", "a@b.123", "a@b.c1", "a@b.1c", "a@xn--80ak6aa92e.com", "a@b.xn--p1ai",
    "a@müller.de", "a@MÜLLER.de", "a@例え.テスト", "müller@example.com", "a@b_c.de", "a@b.c_d", "a@b!.de", "a@b.de/",
    "!#$%&'*+/=?^_`{}|~-@c.de", "a,b@c.de", "a;b@c.de", "a:b@c.de", "(a)@c.de", "<a@c.de>", "a[b]@c.de", "a\\b@c.de",
    "ı@c.de", "İ@c.de", "ſ@c.de", "\u212a@c.de", "é@c.de", "a@ı.de", "a@c.ıx", "a\u0000@c.de", "a\u00a0@c.de",
    "a@\u2460.de", "a@b\u3002de", "a@%41.de", "a@b.de?x", "a@b.de#x", "a@b:80.de", "a@b.de:80", "a@u:p@b.de",
    "a@" + "b" * 63 + ".de", "a@" + "b" * 64 + ".de", "a@b." + "c" * 63, "a@b." + "c" * 64,
    "a" * 64 + "@c.de", "a" * 65 + "@c.de", "a" * 300 + "@c.de", "a@" + "b." * 100 + "de", "a@b.-de", "a@b.d-e",
    "a@\u00df.de", "a@fa\u00df.de", "a@\u0130.de", "a@1.2.3.de", "a@0x7f.1", "a@1.1.1.1.",
]


def is_valid(text):
    try:
        EmailValidator()(text)
    except ValidationError:
        return False
    return True


def generated():
    seeded = random.Random(11)
    parts = ["a", "B", "9", ".", "-", "_", "+", "@", '"', "\\", " ", "é", "ı", "[", "]", ":", "com", "de", "x.y", "!", "/"]
    for _ in range(1500):
        local = "".join(seeded.choice(parts) for _ in range(seeded.randrange(5)))
        domain = "".join(seeded.choice(parts) for _ in range(seeded.randrange(6)))
        yield f"{local}@{domain}{seeded.choice(['.de', '.com', '', '.x'])}"


texts = list(dict.fromkeys([*HANDMADE, *generated()]))
recorded = [{"text": text, "valid": is_valid(text)} for text in texts]
Path(__file__).with_name("emails.json").write_text(
    "[\n" + ",\n".join(json.dumps(entry) for entry in recorded) + "\n]\n"
)
