"""FastAPI accepts the logins of rest-auth-edge: JWTs by its public keys, auth tokens by asking it.

    edge = RestAuthEdge("https://auth.example.com/dj-rest-auth/")

    @app.get("/orders")
    def orders(user: User = Depends(edge.user)):
        return {"of": user.id}

A JWT costs no request: its signature is checked with the public keys, which are asked for once in ten minutes. That
needs an asymmetric SIMPLE_JWT_ALGORITHM. For auth tokens (Authorization: Token …) give `client`, an id and secret of
INTROSPECTION_CLIENTS: the service is asked, and its answer kept for ten seconds, so that a logout arrives by then.

Works with Python 3.9, FastAPI 0.92 and PyJWT 2.6, and later.
"""

import base64
import json
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass, field
from typing import Any, Dict, Optional, Tuple

import jwt
from fastapi import HTTPException, Request

ALGORITHMS = ["ES256", "ES384", "EdDSA", "RS256"]
KEYS_FOR_SECONDS = 600
# An unknown key id asks again at once, but no more often than this.
ASK_AGAIN_SECONDS = 60
# Where the service cannot be asked, known keys serve on for a day.
KEYS_AT_MOST_SECONDS = 86400
ANSWERS_FOR_SECONDS = 10
MAX_ANSWERS = 1000
MAX_ANSWER_BYTES = 65536
TIMEOUT_SECONDS = 3


@dataclass(frozen=True)
class User:
    id: str
    claims: Dict[str, Any] = field(default_factory=dict)


class RestAuthEdge:
    def __init__(
        self,
        url: str,
        audience: Optional[str] = None,
        issuer: Optional[str] = None,
        client: Optional[Tuple[str, str]] = None,
    ):
        self._url = url.rstrip("/") + "/"
        self._audience = audience
        self._issuer = issuer
        self._client = client
        self._lock = threading.Lock()
        self._keys: Dict[str, Any] = {}
        self._keys_at = 0.0
        self._asked_at = 0.0
        self._answers: Dict[str, Tuple[float, Optional[User]]] = {}

    def user(self, request: Request) -> User:
        """For `Depends`: the user whose token comes along, or 401. A plain function: FastAPI runs it in a thread."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and token.count(".") == 2:
            return self._user_of_jwt(token)
        if scheme.lower() in ("bearer", "token") and token and self._client is not None:
            return self._user_of_key(token)
        raise refused("Authentication credentials were not provided.")

    def _user_of_jwt(self, token: str) -> User:
        try:
            header = jwt.get_unverified_header(token)
            key = self._key(header.get("kid", ""))
            if key is None or header.get("alg") not in ALGORITHMS:
                raise refused("Token is invalid or expired")
            claims = jwt.decode(
                token,
                key.key,
                # What the key is for, never what the token asks for.
                algorithms=[key.algorithm],
                audience=self._audience,
                issuer=self._issuer,
                options={"require": ["exp", "token_type", "user_id"]},
            )
        except jwt.PyJWTError:
            raise refused("Token is invalid or expired")
        # A refresh token is signed by the same key, and is no credential here.
        if claims["token_type"] != "access":
            raise refused("Token is invalid or expired")
        return User(str(claims["user_id"]), claims)

    def _key(self, kid: str) -> Any:
        with self._lock:
            now = time.monotonic()
            age = now - self._keys_at
            may_ask = now - self._asked_at >= ASK_AGAIN_SECONDS or self._asked_at == 0.0
            if (kid not in self._keys and may_ask) or (age >= KEYS_FOR_SECONDS and may_ask):
                self._asked_at = now
                self._read_keys(now)
            if now - self._keys_at >= KEYS_AT_MOST_SECONDS:
                self._keys = {}
            key = self._keys.get(kid)
            if key is None and not self._keys:
                raise HTTPException(503, "Logins cannot be checked at the moment.")
            return key

    def _read_keys(self, now: float) -> None:
        try:
            body = ask(urllib.request.Request(self._url + ".well-known/jwks.json"))
            keys = [jwt.PyJWK(key, key["alg"]) for key in body["keys"]]
        except (OSError, ValueError, KeyError, TypeError, jwt.PyJWTError):
            return
        # PyJWT keeps the algorithm of a key to itself in older versions.
        for key, source in zip(keys, body["keys"]):
            key.algorithm = source["alg"]
        self._keys = {source["kid"]: key for key, source in zip(keys, body["keys"])}
        self._keys_at = now

    def _user_of_key(self, token: str) -> User:
        now = time.monotonic()
        known = self._answers.get(token)
        if known is None or now - known[0] >= ANSWERS_FOR_SECONDS:
            known = (now, self._introspect(token))
            if len(self._answers) >= MAX_ANSWERS:
                self._answers.clear()
            if known[1] is not None:
                self._answers[token] = known
        if known[1] is None:
            self._answers.pop(token, None)
            raise refused("Invalid token.")
        return known[1]

    def _introspect(self, token: str) -> Optional[User]:
        """RFC 7662, with our own credential."""
        assert self._client is not None
        credential = base64.b64encode(":".join(self._client).encode()).decode()
        request = urllib.request.Request(
            self._url + "token/introspect/",
            data=urllib.parse.urlencode({"token": token}).encode(),
            headers={"Authorization": "Basic " + credential},
        )
        try:
            body = ask(request)
        except (OSError, ValueError):
            raise HTTPException(503, "Logins cannot be checked at the moment.")
        if body.get("active") is not True or body.get("token_type") == "refresh":
            return None
        return User(str(body["user_id"]), body)


class NoRedirects(urllib.request.HTTPRedirectHandler):
    """A token is shown to nobody but the service."""

    def redirect_request(self, *args: Any) -> None:
        return None


OPENER = urllib.request.build_opener(NoRedirects)


def ask(request: urllib.request.Request) -> Dict[str, Any]:
    with OPENER.open(request, timeout=TIMEOUT_SECONDS) as answer:
        body = json.loads(answer.read(MAX_ANSWER_BYTES))
    if not isinstance(body, dict):
        raise ValueError("not an object")
    return body


def refused(detail: str) -> HTTPException:
    return HTTPException(401, detail, headers={"WWW-Authenticate": "Bearer"})
