"""Records `jwt-tokens.json`: tokens that PyJWT signs, with keys made for the purpose and used nowhere else.

Needs PyJWT and cryptography (Debian: python3-jwt): `python3 test/vectors/jwt-tokens.py`. Keys, and so signatures, are new in
every run.
"""

import json
from pathlib import Path

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

SECRET = "vector-secret-key-0123456789-abcdefghijklmnopqrstuvwxyz-0123456789"
CLAIMS = {
    "token_type": "access",
    "exp": 1_804_137_067,
    "iat": 1_804_136_767,
    "jti": "0123456789abcdef0123456789abcdef",
    "user_id": "1",
}
NEW_KEY = {
    "ES256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "ES384": lambda: ec.generate_private_key(ec.SECP384R1()),
    "EdDSA": ed25519.Ed25519PrivateKey.generate,
    "RS256": lambda: rsa.generate_private_key(65_537, 2_048),
    "RS384": lambda: rsa.generate_private_key(65_537, 2_048),
    "RS512": lambda: rsa.generate_private_key(65_537, 2_048),
}


def pems(key):
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return {"private": private.decode(), "public": public.decode()}


def asymmetric(algorithm):
    keys = [pems(NEW_KEY[algorithm]()) for _ in range(2)]
    return [{**pair, "token": jwt.encode(CLAIMS, pair["private"], algorithm)} for pair in keys]


recorded = {
    "claims": CLAIMS,
    "secret": SECRET,
    "symmetric": {name: jwt.encode(CLAIMS, SECRET, name) for name in ["HS256", "HS384", "HS512"]},
    "asymmetric": {name: asymmetric(name) for name in NEW_KEY},
}
Path(__file__).with_name("jwt-tokens.json").write_text(json.dumps(recorded, indent=1) + "\n")
