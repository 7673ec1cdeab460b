"""Records `signing.json` from a real Django: signed objects, reset tokens, session hashes.

Needs Django 3.2 or later (Debian: python3-django): `python3 test/vectors/signing.py`. A second run writes the same
file. allauth's generator is Django's with the account's addresses added; that one method is rewritten here.
"""

import json
from datetime import datetime, timezone
from pathlib import Path
from unittest import mock

import django
from django.conf import settings

settings.configure(
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth"],
    SECRET_KEY="unused-because-every-call-names-its-own-key",
    USE_TZ=True,
    USE_I18N=False,
)
django.setup()

from django.contrib.auth.models import User
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.core import signing
from django.test.utils import override_settings
from django.utils.http import int_to_base36

SECRETS = ["vector-secret-key-0123456789-abcdefghijklmnop", "schlüssel-密钥-0123456789-abcdefghijklmnopqrstuv"]
SECONDS = [0, 61, 1_700_000_000, 1_804_136_767, 4_102_444_800]


class WithAddresses(PasswordResetTokenGenerator):
    addresses = ()

    def _make_hash_value(self, user, timestamp):
        known = {address for address in [user.email, *self.addresses] if address}
        return super()._make_hash_value(user, timestamp) + "|".join(sorted(known))


def signed_objects():
    values = [1, 42, 2**40, "text", ["a", 1, None, True], {"id": 7, "name": "x"}]
    for secret in SECRETS:
        for seconds in SECONDS:
            for salt in ["account", "another.salt"]:
                for value in values:
                    with mock.patch("time.time", return_value=float(seconds)):
                        text = signing.dumps(value, key=secret, salt=salt)
                    yield {"secret": secret, "seconds": seconds, "salt": salt, "value": value, "text": text}


SUBJECTS = [
    dict(id=1, password="pbkdf2_sha256$1000$salt$hash", last_login=None, email="alice@example.com", addresses=["alice@example.com"]),
    dict(id=1, password="pbkdf2_sha256$1000$salt$hash", last_login=None, email="", addresses=[]),
    dict(id=36, password="!unusable", last_login="2027-03-04T05:06:07.250000+00:00", email="b@example.com", addresses=["z@example.com", "A@example.com", "a@example.com"]),
    dict(id=2147483648, password="pbkdf2_sha256_chain$6$100000$s$h", last_login="1999-12-31T23:59:59+00:00", email="", addresses=["only@example.com"]),
    dict(id=7, password="argon2$x", last_login="2027-03-04T05:06:07+00:00", email="Größe@example.com", addresses=["größe@example.com"]),
]


def reset_tokens():
    for secret in SECRETS:
        with override_settings(SECRET_KEY=secret):
            for subject in SUBJECTS:
                user = User(pk=subject["id"], password=subject["password"], email=subject["email"])
                user.last_login = subject["last_login"] and datetime.fromisoformat(subject["last_login"])
                generator = WithAddresses()
                generator.secret = secret
                generator.addresses = subject["addresses"]
                for seconds in [1_700_000_000, 1_804_136_767]:
                    now = datetime.fromtimestamp(seconds, timezone.utc).replace(tzinfo=None)
                    timestamp = generator._num_seconds(now)
                    token = generator._make_token_with_timestamp(user, timestamp)
                    yield {**subject, "secret": secret, "seconds": seconds, "token": token, "uid": int_to_base36(subject["id"])}


def session_hashes():
    for secret in SECRETS:
        with override_settings(SECRET_KEY=secret):
            for password in ["pbkdf2_sha256$1000$salt$hash", "!unusable", "", "größe"]:
                yield {"secret": secret, "password": password, "hash": User(password=password).get_session_auth_hash()}


recorded = {
    "signed_objects": list(signed_objects()),
    "reset_tokens": list(reset_tokens()),
    "session_hashes": list(session_hashes()),
}
Path(__file__).with_name("signing.json").write_text(json.dumps(recorded, indent=1) + "\n")
