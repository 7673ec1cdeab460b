"""A Django project as dj-rest-auth's users have it, for what must be proved against a real Django.

Needs Django 3.2 or later with Django REST framework, simplejwt, allauth, argon2-cffi and bcrypt. The
database is the SQLite file that DJANGO_DATABASE names.
"""

import os
import sys
from datetime import timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent / "docs"))

SECRET_KEY = "django-insecure-0kq8$t3^h@x1)w7v5c#b2n!m4z6l9p*e+r&y(u_i=o-a"
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": os.environ.get("DJANGO_DATABASE", ":memory:"),
    }
}
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.sites",
    "rest_framework",
    "rest_framework.authtoken",
    "rest_framework_simplejwt",
    "rest_framework_simplejwt.token_blacklist",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "takeback",
]
SITE_ID = 1
USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = False
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
ROOT_URLCONF = "urls"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2SHA1PasswordHasher",
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.BCryptSHA256PasswordHasher",
    "django.contrib.auth.hashers.BCryptPasswordHasher",
    "django.contrib.auth.hashers.MD5PasswordHasher",
    "django_hasher.PBKDF2ChainPasswordHasher",
    "django_hasher.PBKDF2WrappedPasswordHasher",
]
# A day, so that a token outlives the import of a large database.
SIMPLE_JWT = {"ACCESS_TOKEN_LIFETIME": timedelta(days=1), "UPDATE_LAST_LOGIN": False}
