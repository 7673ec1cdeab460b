"""Lets Django verify, and write, the password hashes of rest-auth-edge.

Put this file into your project and name the class in the settings: first to keep writing such hashes,
later to have Django rewrite each at its user's next login:

    PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.PBKDF2PasswordHasher",
        …
        "myproject.django_hasher.PBKDF2ChainPasswordHasher",
        "myproject.django_hasher.PBKDF2WrappedPasswordHasher",
    ]

Format: ``pbkdf2_sha256_chain$<calls>x<iterations>$<salt>$<base64>``. The hash is PBKDF2-HMAC-SHA256,
chained: the first call is keyed by the password, every other by the 32 bytes that came before, all under
the same salt.

Weak hashes (md5, sha1, PBKDF2 of few iterations) were wrapped when they were imported:
``pbkdf2_wrapped$<iterations>$<salt>$<base64>$<algorithm and salt of the weak hash>``, PBKDF2-HMAC-SHA256 keyed
by the weak digest. Works with Django 3.2 and later.
"""

import base64
import hashlib

from django.contrib.auth.hashers import BasePasswordHasher, mask_hash, must_update_salt
from django.utils.crypto import constant_time_compare


class PBKDF2ChainPasswordHasher(BasePasswordHasher):
    algorithm = "pbkdf2_sha256_chain"
    # As PASSWORD_PBKDF2_CALLS and PASSWORD_PBKDF2_ITERATIONS.
    calls = 6
    iterations = 100_000

    def encode(self, password, salt, calls=None, iterations=None):
        if password is None or not salt or "$" in salt:
            raise ValueError("A password and a salt without $ are needed.")
        calls = calls or self.calls
        iterations = iterations or self.iterations
        key = self._derive(password.encode(), salt, calls, iterations)
        hash = base64.b64encode(key).decode("ascii")
        return f"{self.algorithm}${calls}x{iterations}${salt}${hash}"

    def decode(self, encoded):
        algorithm, cost, salt, hash = encoded.split("$", 3)
        calls, iterations = cost.split("x", 1)
        return {
            "algorithm": algorithm,
            "calls": int(calls),
            "iterations": int(iterations),
            "salt": salt,
            "hash": hash,
        }

    def verify(self, password, encoded):
        decoded = self.decode(encoded)
        again = self.encode(password, decoded["salt"], decoded["calls"], decoded["iterations"])
        return constant_time_compare(encoded, again)

    def must_update(self, encoded):
        decoded = self.decode(encoded)
        is_current = (decoded["calls"], decoded["iterations"]) == (self.calls, self.iterations)
        return not is_current or must_update_salt(decoded["salt"], self.salt_entropy)

    def harden_runtime(self, password, encoded):
        decoded = self.decode(encoded)
        missing = self.calls * self.iterations - decoded["calls"] * decoded["iterations"]
        if missing > 0:
            self._derive(password.encode(), decoded["salt"], 1, missing)

    def safe_summary(self, encoded):
        decoded = self.decode(encoded)
        return {
            "algorithm": decoded["algorithm"],
            "calls": decoded["calls"],
            "iterations": decoded["iterations"],
            "salt": mask_hash(decoded["salt"]),
            "hash": mask_hash(decoded["hash"]),
        }

    @staticmethod
    def _derive(key, salt, calls, iterations):
        for _ in range(calls):
            key = hashlib.pbkdf2_hmac("sha256", key, salt.encode(), iterations)
        return key


class PBKDF2WrappedPasswordHasher(BasePasswordHasher):
    """Verifies only: a login replaces such a hash by one of the preferred hasher."""

    algorithm = "pbkdf2_wrapped"

    def encode(self, password, salt):
        raise NotImplementedError("Wrapped hashes are made by the import into rest-auth-edge alone.")

    def decode(self, encoded):
        algorithm, iterations, salt, hash, recipe = encoded.split("$", 4)
        return {
            "algorithm": algorithm,
            "iterations": int(iterations),
            "salt": salt,
            "hash": hash,
            "recipe": recipe,
        }

    def verify(self, password, encoded):
        decoded = self.decode(encoded)
        digest = self._digest(decoded["recipe"], password.encode())
        key = hashlib.pbkdf2_hmac("sha256", digest.encode(), decoded["salt"].encode(), decoded["iterations"])
        return constant_time_compare(decoded["hash"], base64.b64encode(key).decode("ascii"))

    def must_update(self, encoded):
        return True

    def harden_runtime(self, password, encoded):
        pass

    def safe_summary(self, encoded):
        decoded = self.decode(encoded)
        return {
            "algorithm": decoded["algorithm"],
            "iterations": decoded["iterations"],
            "salt": mask_hash(decoded["salt"]),
            "hash": mask_hash(decoded["hash"]),
        }

    @staticmethod
    def _digest(recipe, password):
        algorithm, *parts = recipe.split("$")
        if algorithm in ("md5", "sha1"):
            return hashlib.new(algorithm, parts[0].encode() + password).hexdigest()
        iterations, salt = parts
        key = hashlib.pbkdf2_hmac(algorithm.split("_")[1], password, salt.encode(), int(iterations))
        return base64.b64encode(key).decode("ascii")
