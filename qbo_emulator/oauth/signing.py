"""A key of RSA that lives as long as the process, made when it is first needed, and what it signs; knows no token."""

from __future__ import annotations

import base64
import hashlib
import secrets
from functools import lru_cache
from typing import NamedTuple

from qbo_emulator.books.encoding import dumps

BITS, PUBLIC_EXPONENT = 2048, 65537
ROUNDS = 8  # of Miller and Rabin's test: one in four to the eighth passes that should not
DIGEST_INFO = bytes.fromhex("3031300d060960864801650304020105000420")  # says that a SHA-256 follows (RFC 8017)
SMALL_PRIMES = tuple(n for n in range(3, 2000, 2) if all(n % d for d in range(3, int(n**0.5) + 1, 2)))


class Key(NamedTuple):
    modulus: int
    private_exponent: int

    @property
    def id(self) -> str:
        return f"OPENIDEMULATOR{hashlib.sha256(as_bytes(self.modulus)).hexdigest()[:8]}"

    def public(self) -> dict[str, object]:
        """The public half as a member of a key set."""
        numbers = {"n": encoded(as_bytes(self.modulus)), "e": encoded(as_bytes(PUBLIC_EXPONENT))}
        return {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": self.id, **numbers}

    def token(self, claims: dict[str, object]) -> str:
        """`claims` as a signed JSON web token (RS256)."""
        head = encoded(dumps({"kid": self.id, "alg": "RS256"}).encode())
        signed = f"{head}.{encoded(dumps(claims).encode())}"
        return f"{signed}.{encoded(self._signature(signed.encode()))}"

    def _signature(self, message: bytes) -> bytes:
        digest = DIGEST_INFO + hashlib.sha256(message).digest()
        room = BITS // 8
        padded = b"\x00\x01" + b"\xff" * (room - len(digest) - 3) + b"\x00" + digest
        number = pow(int.from_bytes(padded, "big"), self.private_exponent, self.modulus)
        return number.to_bytes(room, "big")


@lru_cache(maxsize=1)
def key() -> Key:
    one, other = prime(), prime()
    phi = (one - 1) * (other - 1)
    return Key(one * other, pow(PUBLIC_EXPONENT, -1, phi))


def prime() -> int:
    """A prime of half the key's length, one above which the public exponent does not divide."""
    while True:
        top = 3 << (BITS // 2 - 2)
        candidate = secrets.randbits(BITS // 2 - 2) | top | 1
        if (candidate - 1) % PUBLIC_EXPONENT and is_prime(candidate):
            return candidate


def is_prime(number: int) -> bool:
    if any(number % small == 0 for small in SMALL_PRIMES):
        return False
    odd, twos = number - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    return all(passes(number, odd, twos, secrets.randbelow(number - 3) + 2) for _ in range(ROUNDS))


def passes(number: int, odd: int, twos: int, witness: int) -> bool:
    power = pow(witness, odd, number)
    if power in (1, number - 1):
        return True
    for _ in range(twos - 1):
        power = power * power % number
        if power == number - 1:
            return True
    return False


def as_bytes(number: int) -> bytes:
    return number.to_bytes((number.bit_length() + 7) // 8, "big")


def encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
