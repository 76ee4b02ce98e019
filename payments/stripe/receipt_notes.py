"""A note at Stripe of how far receipt numbers may have been given out: the one memory that no restore winds back.

It is a Product that nobody can buy, because our key may write Products and nothing else that lasts
(docs/decisions/0019). It is read and written by a restore alone.
"""

from collections.abc import Mapping

import stripe

from payments.stripe.gateway import StripeRefused, call_stripe, open_client

NAME = "Farthing: receipt numbers given out (not for sale)"
_GONE, _THERE = "resource_missing", "resource_already_exists"


class ReceiptNotes:
    """The note of one installation. Its methods raise StripeAway or StripeRefused."""

    def __init__(self, api_key: str, mark: str, *, api_base: str | None = None) -> None:
        """`mark` is the installation's; `api_base` is another Stripe, such as the twin."""
        self._client = open_client(api_key, api_base)
        self._id = f"farthing_receipts_{mark}"

    def read(self) -> dict[int, int]:
        """The last number of each year that a restore has noted."""
        try:
            product = call_stripe(lambda: self._client.v1.products.retrieve(self._id))
        except stripe.InvalidRequestError as error:
            if error.code == _GONE:
                return {}
            raise StripeRefused(f"{error.code}: {error.param}") from error
        return {int(year): int(number) for year, number in product.metadata.to_dict().items()}

    def write(self, numbers: Mapping[int, int]) -> None:
        """Note these numbers; years that are not named stay as they are noted."""
        metadata = {str(year): str(number) for year, number in numbers.items()}
        try:
            try:
                call_stripe(
                    lambda: self._client.v1.products.create(
                        {"id": self._id, "name": NAME, "active": False, "metadata": metadata}
                    )
                )
            except stripe.InvalidRequestError as error:
                if error.code != _THERE:
                    raise
                call_stripe(lambda: self._client.v1.products.update(self._id, {"metadata": metadata}))
        except stripe.InvalidRequestError as error:
            raise StripeRefused(f"{error.code}: {error.param}") from error
