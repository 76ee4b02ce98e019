"""Books with gifts in them."""

from tests.payments.conftest import books

__all__ = ["books"]
