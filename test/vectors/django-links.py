"""Records `django-links.json`: links, keys and tokens that a real Django project sent out.

Needs what `test/django/settings.py` needs: `python3 test/vectors/django-links.py`. The clock stands still
and nothing is random, so a second run writes the same file.
"""

import json
import os
import sys
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "django"))
os.environ["DJANGO_SETTINGS_MODULE"] = "settings"
os.environ["DJANGO_DATABASE"] = ":memory:"

NOW = datetime(2027, 3, 4, 5, 6, 7, tzinfo=timezone.utc)
time.time = lambda: NOW.timestamp()

import django

django.setup()

from allauth.account.forms import EmailAwarePasswordResetTokenGenerator
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.core.management import call_command
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from rest_framework_simplejwt.tokens import AccessToken, RefreshToken

USERS = [
    # id, username, email, password, last login, further addresses
    (1, "ada", "ada@example.com", "md5$salt$1", None, []),
    (35, "bob", "", "!unusable", datetime(2027, 3, 1, 12, 30, 45, 999999, tzinfo=timezone.utc), []),
    (36, "carol", "Carol@Example.com", "md5$salt$2", None, ["carol@example.org", "Änne@example.org"]),
    (1295, "dan", "", "md5$salt$3", None, ["z@example.org", "a@example.org"]),
    (123456789, "eve", "eve@example.com", "md5$salt$4", datetime(2001, 1, 1, tzinfo=timezone.utc), []),
]


class Frozen:
    def _now(self):
        # Django keeps naive local time here; 4.0 and later as well.
        return NOW.replace(tzinfo=None)


class AllauthGenerator(Frozen, EmailAwarePasswordResetTokenGenerator):
    key_salt = "django.contrib.auth.tokens.PasswordResetTokenGenerator"


class DjangoGenerator(Frozen, PasswordResetTokenGenerator):
    pass


def main():
    call_command("migrate", verbosity=0)
    cases = [record(*user) for user in USERS]
    document = {
        "secretKey": settings.SECRET_KEY,
        "sentAt": NOW.isoformat().replace("+00:00", "Z"),
        "users": cases,
    }
    (HERE / "django-links.json").write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n")


def record(id, username, email, password, last_login, further):
    user = User.objects.create(id=id, username=username, email=email, password=password, last_login=last_login)
    plain = DjangoGenerator().make_token(user)
    for address in further:
        EmailAddress.objects.create(user=user, email=address)
    # allauth makes a row of the account's own address when it makes a token.
    token = AllauthGenerator().make_token(user)
    addresses = EmailAddress.objects.filter(user=user).order_by("id")
    return {
        "id": id,
        "username": username,
        "email": email,
        "password": password,
        "lastLogin": last_login and last_login.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "addresses": [{"id": address.id, "email": address.email} for address in addresses],
        "allauthReset": {"uid": user_pk_to_url_str(user), "token": token},
        "djangoReset": {"uid": urlsafe_base64_encode(force_bytes(user.pk)), "token": plain},
        "confirmKeys": [EmailConfirmationHMAC(address).key for address in addresses],
        "access": str(jwt(AccessToken, user, timedelta(minutes=5))),
        "refresh": str(jwt(RefreshToken, user, timedelta(days=1))),
    }


def jwt(kind, user, lifetime):
    token = kind()
    token["user_id"] = user.id
    token["jti"] = f"{user.id:032x}"
    token["iat"] = int(NOW.timestamp())
    token["exp"] = int((NOW + lifetime).timestamp())
    return token


if __name__ == "__main__":
    main()
