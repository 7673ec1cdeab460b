"""The project with a user model of its own, whose API accepts the logins of rest-auth-edge at EDGE_URL."""

import os

from custom_settings import *  # noqa: F403
from custom_settings import SIMPLE_JWT

REST_AUTH_EDGE = {
    "URL": os.environ["EDGE_URL"] + "/dj-rest-auth/",
    "IMPORTED_UP_TO": 3,
    "TIMEOUT_SECONDS": 2,
    "DEFAULTS": {"plan": 7},
}
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "django_authentication.EdgeJWTAuthentication",
        "django_authentication.EdgeTokenAuthentication",
    ],
}
if "EDGE_JWKS" in os.environ:
    SIMPLE_JWT = {**SIMPLE_JWT, "ALGORITHM": "ES256", "JWK_URL": os.environ["EDGE_URL"] + "/.well-known/jwks.json"}
