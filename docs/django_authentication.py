"""Django REST framework accepts the logins of rest-auth-edge; users who registered there exist here on first sight.

    REST_AUTH_EDGE = {
        "URL": "https://auth.example.com/dj-rest-auth/",
        # Highest user id at the moment of the move; 0 where no users were moved.
        "IMPORTED_UP_TO": 20417,
        # Values of required columns of your own user model, for users who are created.
        "DEFAULTS": {"plan": "free"},
    }
    REST_FRAMEWORK = {
        "DEFAULT_AUTHENTICATION_CLASSES": [
            "myproject.django_authentication.EdgeJWTAuthentication",     # USE_JWT: Authorization: Bearer …
            "myproject.django_authentication.EdgeTokenAuthentication",   # auth tokens: Authorization: Token …
        ],
    }

A JWT is verified here by simplejwt, with the shared SECRET_KEY (`SIMPLE_JWT["SIGNING_KEY"]`) or, better, with public
keys only: `SIMPLE_JWT = {"ALGORITHM": "ES256", "JWK_URL": "https://auth.example.com/.well-known/jwks.json"}`. The service
is asked once, when a user is seen for the first time. An auth token is shown to the service and the answer kept for
CACHE_SECONDS (60), so a logout takes at most as long to arrive. Cookies instead of headers: put `EdgeUserMixin` before
`dj_rest_auth.jwt_auth.JWTCookieAuthentication`.

Accounts are one by their id, never by a name or an address, which change hands. That makes one rule: from the move on
only rest-auth-edge gives ids. An id above IMPORTED_UP_TO is accepted only for rows that this module created, so that an
account made by `createsuperuser` meanwhile is nobody's at the edge: switch Django's own registration, login and password
forms off. Such rows are marked in their (unusable) password, which load_rest_auth_edge.py knows.

Works with Django 3.2, Django REST framework 3.14 and simplejwt 5.2, and later.
"""

import hashlib
import json
import logging
import urllib.error
import urllib.request
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.core.exceptions import ImproperlyConfigured
from django.db import IntegrityError, transaction
from django.utils.crypto import get_random_string
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import APIException, AuthenticationFailed
from rest_framework_simplejwt.authentication import JWTAuthentication
from rest_framework_simplejwt.exceptions import AuthenticationFailed as UserRefused
from rest_framework_simplejwt.settings import api_settings

# An unusable password to Django; load_rest_auth_edge.py tells by it who was created here.
CREATED_ON_FIRST_SIGHT = "!rest-auth-edge$"
MAX_ANSWER_BYTES = 65536

logger = logging.getLogger(__name__)


class ServiceUnavailable(APIException):
    status_code = 503
    default_detail = "Logins cannot be checked at the moment."
    default_code = "service_unavailable"


class EdgeUserMixin:
    """For a class that verifies JWTs: finds the user of a verified one, or creates it."""

    def get_user(self, validated_token):
        user = find_user(read_id(validated_token.get(api_settings.USER_ID_CLAIM)))
        if user is None:
            raw_token = validated_token.token
            raw_token = raw_token.decode("ascii") if isinstance(raw_token, bytes) else raw_token
            profile = fetch_profile(f"{api_settings.AUTH_HEADER_TYPES[0]} {raw_token}")
            if profile["pk"] != read_id(validated_token.get(api_settings.USER_ID_CLAIM)):
                raise UserRefused("User not found", code="user_not_found")
            user = create_user(profile)
        return require_active(user)


class EdgeJWTAuthentication(EdgeUserMixin, JWTAuthentication):
    """`Authorization: Bearer …`"""


class EdgeTokenAuthentication(BaseAuthentication):
    """`Authorization: Token …`, checked by the service and remembered for a while."""

    keyword = "Token"

    def authenticate(self, request):
        parts = get_authorization_header(request).split()
        if not parts or parts[0].lower() != self.keyword.lower().encode():
            return None
        try:
            _, key = (part.decode("ascii") for part in parts)
        except ValueError:
            raise AuthenticationFailed("Invalid token header.")
        cache_key = f"rest-auth-edge:{hashlib.sha256(key.encode()).hexdigest()}"
        user_id = cache.get(cache_key)
        user = None if user_id is None else find_user(user_id)
        if user is None:
            profile = fetch_profile(f"{self.keyword} {key}")
            user = find_user(profile["pk"]) or create_user(profile)
            update_user(user, profile)
            cache.set(cache_key, user.pk, option("CACHE_SECONDS"))
        return require_active(user), key

    def authenticate_header(self, request):
        return self.keyword


OPTIONAL = {"DEFAULTS": {}, "TIMEOUT_SECONDS": 5, "CACHE_SECONDS": 60}


def option(name):
    options = {**OPTIONAL, **getattr(settings, "REST_AUTH_EDGE", {})}
    if name not in options:
        raise ImproperlyConfigured(f'REST_AUTH_EDGE["{name}"] is missing.')
    return options[name]


def read_id(value):
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise UserRefused("User not found", code="user_not_found")
    return value


def require_active(user):
    if not user.is_active:
        raise UserRefused("User is inactive", code="user_inactive")
    return user


def find_user(user_id):
    """The row of an account, where it is certainly the same account."""
    user = get_user_model()._base_manager.filter(pk=user_id).first()
    if user is None or user_id <= option("IMPORTED_UP_TO"):
        return user
    if user.password.startswith(CREATED_ON_FIRST_SIGHT):
        return user
    logger.error("User %s was made by Django itself: the account of that id at rest-auth-edge is refused.", user_id)
    raise UserRefused("User not found", code="user_not_found")


def create_user(profile):
    user = get_user_model()(
        pk=profile["pk"],
        password=CREATED_ON_FIRST_SIGHT + get_random_string(40),
        **{**option("DEFAULTS"), **profile_values(profile)},
    )
    try:
        with transaction.atomic():
            user.save(force_insert=True)
    except IntegrityError as error:
        # Another request was quicker; or a name is taken, a column of the user model wants a value.
        found = find_user(profile["pk"])
        if found is not None:
            return found
        logger.error("User %s of rest-auth-edge cannot be created: %s", profile["pk"], error)
        raise UserRefused("User not found", code="user_not_found")
    return user


def update_user(user, profile):
    """Name and address as they are at the service; columns of one's own stay."""
    values = profile_values(profile)
    changed = {name: value for name, value in values.items() if getattr(user, name) != value}
    if not changed:
        return
    try:
        with transaction.atomic():
            get_user_model()._base_manager.filter(pk=user.pk).update(**changed)
    except IntegrityError as error:
        logger.error("User %s cannot be brought up to date: %s", user.pk, error)
        return
    for name, value in changed.items():
        setattr(user, name, value)


def profile_values(profile):
    model = get_user_model()
    own = {field.name for field in model._meta.concrete_fields}
    email_field = model.get_email_field_name()
    names = {"email": email_field, "first_name": "first_name", "last_name": "last_name", "username": "username"}
    if "username" not in own and model.USERNAME_FIELD != email_field:
        names["username"] = model.USERNAME_FIELD
    return {name: profile[key] for key, name in names.items() if name in own and isinstance(profile.get(key), str)}


def fetch_profile(authorization):
    """Who holds these credentials, by the service's own word: GET user/."""
    url = f"{option('URL').rstrip('/')}/user/"
    parts = urlsplit(url)
    if parts.scheme != "https" and parts.hostname not in ("localhost", "127.0.0.1", "::1"):
        raise ImproperlyConfigured('REST_AUTH_EDGE["URL"] must begin with https://: credentials are sent there.')
    request = urllib.request.Request(url, headers={"Authorization": authorization, "Accept": "application/json"})
    try:
        with OPENER.open(request, timeout=option("TIMEOUT_SECONDS")) as response:
            profile = json.loads(response.read(MAX_ANSWER_BYTES))
    except urllib.error.HTTPError as error:
        error.close()
        if error.code in (401, 403):
            raise AuthenticationFailed("Invalid token.")
        logger.error("rest-auth-edge answers %s", error.code)
        raise ServiceUnavailable()
    except (OSError, ValueError) as error:
        logger.error("rest-auth-edge cannot be asked: %s", error)
        raise ServiceUnavailable()
    if not isinstance(profile, dict) or "pk" not in profile:
        logger.error("rest-auth-edge answers something else than a user")
        raise ServiceUnavailable()
    profile["pk"] = read_id(profile["pk"])
    return profile


class NoRedirects(urllib.request.HTTPRedirectHandler):
    """Credentials go to the configured address and nowhere else."""

    def redirect_request(self, *args, **kwargs):
        return None


OPENER = urllib.request.build_opener(NoRedirects)
