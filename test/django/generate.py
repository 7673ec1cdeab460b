"""Makes a Django database with every kind of hash, token, address and social account.

`python3 test/django/generate.py FILE --users 200000`. Passwords are `password-<kind>`, hashed once a kind:
hashing each would take days. Everything random is seeded, so a second run makes the same rows.
Prints what a client holds of a few users of each kind: their token keys and JWTs.
"""

import argparse
import base64
import hashlib
import json
import os
import random
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings")

SAMPLES = 3
ROWS_A_PAGE = 5000
SALT = "s0LvUzoYGqLhWcWBnkN7aB"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("file")
    parser.add_argument("--users", type=int, default=1000)
    parser.add_argument("--cheap", action="store_true", help="weak hashes, for tests of everything else")
    options = parser.parse_args()
    if os.path.exists(options.file):
        sys.exit(f"{options.file} exists")
    os.environ["DJANGO_DATABASE"] = options.file

    import django

    django.setup()
    from django.core.management import call_command
    from django.db import transaction

    call_command("migrate", verbosity=0)
    with transaction.atomic():
        samples = Generator(options).fill()
    print(json.dumps(samples))


class Generator:
    def __init__(self, options):
        self.options = options
        self.random = random.Random(20)
        self.now = datetime.now(timezone.utc)
        self.hashes = dict(hashes(options.cheap))
        self.samples = []

    def fill(self):
        page = []
        for number in range(1, self.options.users + 1):
            page.append(number)
            if len(page) == ROWS_A_PAGE:
                self.write(page)
                page = []
        self.write(page)
        return self.samples

    def write(self, numbers):
        from allauth.account.models import EmailAddress
        from allauth.socialaccount.models import SocialAccount
        from django.contrib.auth.models import User
        from rest_framework.authtoken.models import Token
        from rest_framework_simplejwt.token_blacklist.models import BlacklistedToken, OutstandingToken

        rows = {model: [] for model in [User, EmailAddress, Token, SocialAccount, OutstandingToken, BlacklistedToken]}
        for number in numbers:
            user, kind = self.user(number)
            rows[User].append(user)
            rows[EmailAddress].extend(self.addresses(user))
            if number % 2 == 0:
                created = user.date_joined + timedelta(days=1)
                rows[Token].append(Token(key=self.hex(40), user=user, created=created))
            if number % 3 == 0:
                rows[SocialAccount].extend(self.social_accounts(user))
            tokens = self.refresh_tokens(user) if number % 5 == 0 else []
            for outstanding, blacklisted in tokens:
                rows[OutstandingToken].append(outstanding)
                rows[BlacklistedToken].extend(blacklisted)
            if number <= SAMPLES * len(self.hashes):
                self.samples.append(self.sample(user, kind, rows[Token], tokens))
        for model, objects in rows.items():
            dates = [field for field in model._meta.fields if getattr(field, "auto_now_add", False)]
            dates += [field for field in model._meta.fields if getattr(field, "auto_now", False)]
            # As they were recorded, not as of now.
            for field in dates:
                field.auto_now = field.auto_now_add = False
            model.objects.bulk_create(objects)

    def user(self, number):
        from django.contrib.auth.models import User

        kind = list(self.hashes)[number % len(self.hashes)]
        name = self.random.choice(["ada", "Bob", "Jürgen", "Σοφία", "李雷", "o'brien"])
        joined = self.now - timedelta(days=self.random.randint(30, 3000), microseconds=self.random.randint(0, 10**6))
        return (
            User(
                id=number,
                username=f"{name}{number}",
                email=f"{name}.{number}@Example.com" if number % 11 else "",
                password=self.hashes[kind],
                first_name=self.random.choice(["", "Ada", 'Quo"te', "Zoë\n"]),
                last_name=self.random.choice(["", "Lovelace", "😀"]),
                is_active=number % 13 != 0,
                is_staff=number % 17 == 0,
                is_superuser=number % 19 == 0,
                date_joined=joined,
                last_login=joined + timedelta(days=20, microseconds=1) if number % 4 else None,
            ),
            kind,
        )

    def addresses(self, user):
        from allauth.account.models import EmailAddress

        if not user.email:
            return
        yield EmailAddress(id=2 * user.id, user=user, email=user.email, verified=user.id % 7 != 0, primary=True)
        if user.id % 10 == 0:
            yield EmailAddress(id=2 * user.id + 1, user=user, email=f"second{user.id}@example.org", verified=False)

    def social_accounts(self, user):
        from allauth.socialaccount.models import SocialAccount

        for provider in self.random.sample(["facebook", "twitter", "google"], self.random.randint(1, 2)):
            yield SocialAccount(
                user=user,
                provider=provider,
                uid=str(self.random.randint(10**15, 10**19)),
                extra_data={"id": self.random.randint(10**15, 10**19), "name": user.username, "verified": True},
                last_login=user.date_joined,
                date_joined=user.date_joined + timedelta(milliseconds=7),
            )

    def refresh_tokens(self, user):
        """One that lives, one that was blacklisted and lives, one that is expired and blacklisted."""
        from rest_framework_simplejwt.token_blacklist.models import BlacklistedToken, OutstandingToken
        from rest_framework_simplejwt.tokens import RefreshToken

        found = []
        for offset, (days, is_blacklisted) in enumerate([(7, False), (7, True), (-7, True)]):
            token = RefreshToken()
            token["user_id"] = user.id
            token.payload["jti"] = self.hex(32)
            expires = (self.now + timedelta(days=days)).replace(microsecond=0)
            token.payload["exp"] = int(expires.timestamp())
            outstanding = OutstandingToken(
                id=3 * user.id + offset,
                user=user,
                jti=token["jti"],
                token=str(token),
                created_at=self.now - timedelta(days=9),
                expires_at=expires,
            )
            blacklisted = [BlacklistedToken(id=3 * user.id + offset, token=outstanding, blacklisted_at=self.now)]
            found.append((outstanding, blacklisted if is_blacklisted else []))
        return found

    def sample(self, user, kind, tokens, refresh_tokens):
        from rest_framework_simplejwt.tokens import AccessToken

        return {
            "id": user.id,
            "username": user.username,
            "isActive": user.is_active,
            "kind": kind,
            "password": f"password-{kind}",
            "key": next((token.key for token in tokens if token.user_id == user.id), None),
            "access": str(AccessToken.for_user(user)),
            "refresh": [outstanding.token for outstanding, _ in refresh_tokens],
        }

    def hex(self, digits):
        return f"{self.random.getrandbits(4 * digits):0{digits}x}"


def hashes(is_cheap):
    """Kind and hash; as Django writes them, weaker ones where cheapness is asked for."""
    import argon2
    from django.contrib.auth.hashers import get_hasher, make_password

    for algorithm in ["pbkdf2_sha256", "pbkdf2_sha1"]:
        for iterations in [1000] if is_cheap else [100_000, 260_000, 1_000_000]:
            kind = f"{algorithm}-{iterations}"
            yield kind, get_hasher(algorithm).encode(f"password-{kind}", SALT, iterations)
    for variety in [argon2.low_level.Type.ID, argon2.low_level.Type.I, argon2.low_level.Type.D]:
        kind = f"argon2{variety.name.lower()}"
        memory, passes = (64, 1) if is_cheap else (19_456, 2)
        encoded = argon2.low_level.hash_secret(
            f"password-{kind}".encode(), SALT.encode(), passes, memory, 1, 32, variety
        )
        yield kind, "argon2" + encoded.decode()
    for algorithm in ["bcrypt_sha256", "bcrypt"]:
        salt = b"$2b$%02d$abcdefghijklmnopqrstuu" % (4 if is_cheap else 12)
        yield algorithm, get_hasher(algorithm).encode(f"password-{algorithm}", salt)
    yield "scrypt", scrypt("password-scrypt", *((1024, 8, 1) if is_cheap else (16384, 8, 5)))
    yield "md5", make_password("password-md5", SALT, "md5")
    yield "unusable", "!" + "u" * 40


def scrypt(password, n, r, p):
    """Django 4.0's format; Django 3.2 has no hasher for it yet."""
    memory = 128 * r * (n + p + 2)
    key = hashlib.scrypt(password.encode(), salt=SALT.encode(), n=n, r=r, p=p, maxmem=memory, dklen=64)
    return f"scrypt${n}${SALT}${r}${p}${base64.b64encode(key).decode()}"


if __name__ == "__main__":
    main()
