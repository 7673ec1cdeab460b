"""Records `passwords.json` and `password-rules.json` from a real Django.

Needs Django 3.2 or later with argon2-cffi and bcrypt (Debian: python3-django python3-argon2 python3-bcrypt):
`python3 test/vectors/passwords.py`. Everything random is seeded, so a second run writes the same files.
"""

import base64
import hashlib
import json
import random
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent.parent / "docs"))

import django
from django.conf import settings

PACKAGE = "django.contrib.auth.hashers."
settings.configure(
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth"],
    USE_I18N=False,
    PASSWORD_HASHERS=[
        "django_hasher.PBKDF2ChainPasswordHasher",
        PACKAGE + "PBKDF2PasswordHasher",
        PACKAGE + "PBKDF2SHA1PasswordHasher",
        PACKAGE + "Argon2PasswordHasher",
        PACKAGE + "BCryptSHA256PasswordHasher",
        PACKAGE + "BCryptPasswordHasher",
        PACKAGE + "MD5PasswordHasher",
    ],
)
django.setup()

import argon2
from django.contrib.auth.hashers import check_password, get_hasher, make_password
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import get_password_validators, validate_password
from django.core.exceptions import ValidationError

SALT = "s0LvUzoYGqLhWcWBnkN7aB"
PLAIN = "correct horse battery"
LONG = "long " * 40
UNICODE = " пароль-密码-ß-😀 "
TYPICAL = [PLAIN, UNICODE, LONG, "x"]


def pbkdf2(algorithm, password, iterations):
    return get_hasher(algorithm).encode(password, SALT, iterations)


def chain(password, calls, iterations, salt=SALT):
    return get_hasher("pbkdf2_sha256_chain").encode(password, salt, calls, iterations)


def scrypt(password, n, r, p):
    """Django 4.0's format; the Django of this recording has no ScryptPasswordHasher yet."""
    memory = 128 * r * (n + p + 2)
    key = hashlib.scrypt(password.encode(), salt=SALT.encode(), n=n, r=r, p=p, maxmem=memory, dklen=64)
    return f"scrypt${n}${SALT}${r}${p}${base64.b64encode(key).decode()}"


def argon(password, kind, memory, passes, lanes, version=19, length=32):
    encoded = argon2.low_level.hash_secret(
        password.encode(), SALT.encode(), passes, memory, lanes, length, kind, version
    )
    return "argon2" + encoded.decode()


def bcrypted(algorithm, password, rounds, prefix=b"2b"):
    salt = b"$" + prefix + b"$%02d$" % rounds + b"abcdefghijklmnopqrstuu"
    return get_hasher(algorithm).encode(password, salt)


def hash_vectors():
    kinds = argon2.low_level.Type
    for password in TYPICAL:
        yield password, pbkdf2("pbkdf2_sha256", password, 1000)
        yield password, pbkdf2("pbkdf2_sha1", password, 1000)
        yield password, pbkdf2("pbkdf2_sha256", password, 100_001)
        yield password, pbkdf2("pbkdf2_sha1", password, 100_001)
        yield password, chain(password, 3, 1000)
        yield password, scrypt(password, 1024, 8, 1)
        yield password, argon(password, kinds.ID, 64, 2, 1)
        yield password, bcrypted("bcrypt_sha256", password, 4)
        yield password, bcrypted("bcrypt", password, 4)
        yield password, make_password(password, SALT, "md5")
    for iterations in [1, 2, 1999, 2000, 2001]:
        yield PLAIN, pbkdf2("pbkdf2_sha256", PLAIN, iterations)
    for iterations in [100_000, 102_000, 260_000, 1_000_000]:
        yield PLAIN, pbkdf2("pbkdf2_sha256", PLAIN, iterations)
    for iterations in [1, 100_000, 260_000]:
        yield PLAIN, pbkdf2("pbkdf2_sha1", PLAIN, iterations)
    # HMAC takes a key of one block as it is, a longer one by its digest.
    for length in [63, 64, 65]:
        yield "k" * length, pbkdf2("pbkdf2_sha256", "k" * length, 100_001)
        yield "k" * length, pbkdf2("pbkdf2_sha1", "k" * length, 100_001)
    for calls, iterations in [(1, 1000), (2, 1), (6, 100_000)]:
        yield PLAIN, chain(PLAIN, calls, iterations)
    for n, r, p in [(2, 1, 1), (16384, 8, 1), (16384, 8, 5), (131072, 8, 1)]:
        yield PLAIN, scrypt(PLAIN, n, r, p)
    for kind in [kinds.ID, kinds.I, kinds.D]:
        yield PLAIN, argon(PLAIN, kind, 256, 3, 4)
        yield PLAIN, argon(PLAIN, kind, 256, 1, 2, version=16)
        yield PLAIN, argon(PLAIN, kind, 64, 1, 8, length=16)
    yield PLAIN, make_password(PLAIN, SALT, "argon2")
    for prefix in [b"2a", b"2b", b"2y"]:
        yield PLAIN, bcrypted("bcrypt", PLAIN, 5, prefix)
    yield PLAIN, bcrypted("bcrypt_sha256", PLAIN, 12)
    # Only the first 72 bytes count in plain bcrypt.
    yield "b" * 72, bcrypted("bcrypt", "b" * 100, 4)


def record_hashes():
    vectors = []
    for password, encoded in hash_vectors():
        if not encoded.startswith("scrypt$"):
            assert check_password(password, encoded), encoded
            assert not check_password(password + "!", encoded) or encoded.startswith("bcrypt$"), encoded
        vectors.append({"password": password, "encoded": encoded})
    # What the Worker writes when its random bytes are all zero: the salt is 22 times the letter A.
    written = [
        {"password": PLAIN, "calls": calls, "iterations": iterations, "encoded": encoded}
        for calls, iterations, encoded in [
            (1, 1000, get_hasher("pbkdf2_sha256").encode(PLAIN, "A" * 22, 1000)),
            (2, 1000, chain(PLAIN, 2, 1000, "A" * 22)),
            (6, 100_000, chain(PLAIN, 6, 100_000, "A" * 22)),
        ]
    ]
    assert all(check_password(vector["password"], vector["encoded"]) for vector in written)
    write("passwords.json", {"verified": vectors, "written": written})


RULES = "django.contrib.auth.password_validation."


def similarity(**options):
    return {"NAME": RULES + "UserAttributeSimilarityValidator", "OPTIONS": options}


def minimum(length):
    return {"NAME": RULES + "MinimumLengthValidator", "OPTIONS": {"min_length": length}}


COMMON = {"NAME": RULES + "CommonPasswordValidator"}
NUMERIC = {"NAME": RULES + "NumericPasswordValidator"}
DEFAULTS = [
    {"NAME": RULES + "UserAttributeSimilarityValidator"},
    {"NAME": RULES + "MinimumLengthValidator"},
    COMMON,
    NUMERIC,
]

USERS = [
    {"username": "bobthebuilder", "email": "bob.the.builder@example.com"},
    {"username": "ada", "first_name": "Augusta Ada", "last_name": "King-Noel", "email": "ada@lovelace.org"},
    {"username": "x", "first_name": "Y", "last_name": "", "email": ""},
    {"username": "Müller_1", "first_name": "Jürgen", "last_name": "Groß", "email": "j+tag@straße.example"},
    {"username": "ΣΟΦΟΣ", "first_name": "İpek", "last_name": "ﬁnch ²³", "email": "a__b--c@d.e"},
    {"username": "नमस्ते", "first_name": "e\u0301le\u0300ve", "last_name": "😀 smile", "email": "密码@例子.中国"},
    {"username": "a" * 40, "email": "@"},
    {"username": "...", "first_name": " ", "last_name": "--", "email": "jonathan.livingston@seagull.example"},
]

PASSWORDS = [
    "", " ", "a", "1234567", "12345678", "PASSWORD", " password ", "\u0085password\u001c", "\ufeffpassword",
    "password\u200b", "p@ssw0rd", "qwerty", "trustno1", "TRUSTNO1\n", "correct horse battery", "1" * 30,
    "²³¹⁴⁵⁶⁷⁸", "١٢٣٤٥٦٧٨", "𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖", "①②③④⑤⑥⑦⑧", "½¼¾½¼¾½¼", "ⅠⅡⅢⅣⅤⅥⅦⅧ", "一二三四五六七八", "🄀🄁🄂🄃🄄🄅🄆🄇",
    "1234 5678", "-12345678", "12345678\n", "😀😀😀😀😀😀😀", "😀😀😀😀😀😀😀😀", "e\u0301e\u0301e\u0301e\u0301", "Iı İi ẞß ſs",
]


def mutate(source, value):
    """A password made from a user's attribute, mostly about as similar as the limit."""
    letters = list(value)
    steps = {
        "reverse": lambda: letters[::-1],
        "shuffle": lambda: source.sample(letters, len(letters)),
        "append": lambda: letters + source.choices("0123456789!abcXYZ", k=source.randint(1, len(letters) + 2)),
        "remove": lambda: [x for x in letters if source.random() > 0.3],
        "replace": lambda: [x if source.random() > 0.35 else source.choice("!?#%9Q") for x in letters],
        "double": lambda: letters * 2,
        "upper": lambda: list(value.upper()),
        "lengthen": lambda: letters + ["7"] * source.choice([9, 10, 11]) * len(letters),
    }
    for step in source.sample(sorted(steps), source.randint(1, 2)):
        letters = steps[step]()
        value = "".join(letters)
    return value[:200]


def rule_cases():
    source = random.Random(20)
    for password in PASSWORDS:
        for user in [USERS[0], source.choice(USERS)]:
            yield DEFAULTS, password, user
    for _ in range(450):
        user = source.choice(USERS)
        value = source.choice([text for text in user.values() if text])
        part = source.choice([value] + value.replace("@", ".").replace(" ", ".").split("."))
        validators = source.choice(
            [
                DEFAULTS,
                [similarity()],
                [similarity(max_similarity=source.choice([0.1, 0.25, 0.5, 0.9, 1, 1.5]))],
                [similarity(user_attributes=source.sample(["username", "first_name", "last_name", "email"], 2))],
            ]
        )
        yield validators, mutate(source, part or value), user
    common = sorted(get_password_validators([COMMON])[0].passwords)
    for password in source.sample(common, 60):
        yield [COMMON], source.choice([password, password.upper(), f"\t{password} "]), USERS[0]
        yield [COMMON], password + source.choice("abcdefgh"), USERS[0]
    for length in [0, 1, 2, 12]:
        for password in ["", "a", "ab", "😀" * length, "é" * 11]:
            yield [minimum(length)], password, USERS[0]
    yield [NUMERIC, COMMON, minimum(9)], "12345678", USERS[0]
    yield [], "1", USERS[0]


def record_rules():
    cases = []
    for validators, password, user in rule_cases():
        errors = []
        try:
            validate_password(password, User(**user), get_password_validators(validators))
        except ValidationError as error:
            errors = error.messages
        validators = "default" if validators == DEFAULTS else validators
        cases.append({"validators": validators, "password": password, "user": user, "errors": errors})
    write("password-rules.json", {"cases": cases})


def write(name, tables):
    """One case a line."""
    parts = []
    for key, rows in tables.items():
        lines = ",\n".join(json.dumps(row) for row in rows)
        parts.append(f'"{key}": [\n{lines}\n]')
    (HERE / name).write_text("{" + ",\n".join(parts) + "}\n")


if __name__ == "__main__":
    record_hashes()
    record_rules()
