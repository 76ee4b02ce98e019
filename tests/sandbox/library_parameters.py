"""The parameters of the installed Stripe library, from its TypedDicts, compared with those that the twin accepts."""

import sys
import typing
from collections.abc import Iterator
from typing import Any, Literal, get_args, get_origin

import stripe
import stripe._request_options as options
from stripe import params
from typing_extensions import get_type_hints, is_typeddict

from sandbox.api.call import Call
from sandbox.api.parameters import Either, ListOf, OneOf, Parameter, Params, TimeRange

_NAMES: dict[str, str] = {
    "POST /v1/checkout/sessions": "checkout.SessionCreate",
    "GET /v1/checkout/sessions": "checkout.SessionList",
    "GET /v1/checkout/sessions/{id}": "checkout.SessionRetrieve",
    "POST /v1/checkout/sessions/{id}/expire": "checkout.SessionExpire",
    "GET /v1/checkout/sessions/{id}/line_items": "checkout.SessionLineItemList",
    "POST /v1/products": "ProductCreate",
    "GET /v1/products": "ProductList",
    "GET /v1/products/{id}": "ProductRetrieve",
    "POST /v1/products/{id}": "ProductUpdate",
    "POST /v1/prices": "PriceCreate",
    "GET /v1/prices": "PriceList",
    "GET /v1/prices/{id}": "PriceRetrieve",
    "POST /v1/prices/{id}": "PriceUpdate",
    "POST /v1/payment_links": "PaymentLinkCreate",
    "GET /v1/payment_links": "PaymentLinkList",
    "GET /v1/payment_links/{id}": "PaymentLinkRetrieve",
    "POST /v1/payment_links/{id}": "PaymentLinkUpdate",
    "POST /v1/customers": "CustomerCreate",
    "GET /v1/customers": "CustomerList",
    "GET /v1/customers/{id}": "CustomerRetrieve",
    "POST /v1/customers/{id}": "CustomerUpdate",
    "DELETE /v1/customers/{id}": "CustomerDelete",
    "GET /v1/customers/{id}/payment_methods": "CustomerPaymentMethodList",
    "GET /v1/customers/{id}/payment_methods/{id}": "CustomerPaymentMethodRetrieve",
    "GET /v1/payment_methods": "PaymentMethodList",
    "GET /v1/payment_methods/{id}": "PaymentMethodRetrieve",
    "POST /v1/payment_methods/{id}/attach": "PaymentMethodAttach",
    "POST /v1/payment_methods/{id}/detach": "PaymentMethodDetach",
    "GET /v1/payment_intents": "PaymentIntentList",
    "GET /v1/payment_intents/{id}": "PaymentIntentRetrieve",
    "GET /v1/charges": "ChargeList",
    "GET /v1/charges/{id}": "ChargeRetrieve",
    "POST /v1/refunds": "RefundCreate",
    "GET /v1/refunds": "RefundList",
    "GET /v1/refunds/{id}": "RefundRetrieve",
    "POST /v1/refunds/{id}": "RefundUpdate",
    "POST /v1/refunds/{id}/cancel": "RefundCancel",
    "GET /v1/balance": "BalanceRetrieve",
    "GET /v1/balance_transactions": "BalanceTransactionList",
    "GET /v1/balance_transactions/{id}": "BalanceTransactionRetrieve",
    "GET /v1/subscriptions": "SubscriptionList",
    "GET /v1/subscriptions/{id}": "SubscriptionRetrieve",
    "POST /v1/subscriptions/{id}": "SubscriptionUpdate",
    "DELETE /v1/subscriptions/{id}": "SubscriptionCancel",
    "GET /v1/invoices": "InvoiceList",
    "GET /v1/invoices/{id}": "InvoiceRetrieve",
    "GET /v1/invoices/{id}/lines": "InvoiceLineItemList",
    "POST /v1/invoices/{id}/pay": "InvoicePay",
    "POST /v1/invoices/{id}/void": "InvoiceVoidInvoice",
    "GET /v1/invoice_payments": "InvoicePaymentList",
    "GET /v1/invoice_payments/{id}": "InvoicePaymentRetrieve",
    "GET /v1/disputes": "DisputeList",
    "GET /v1/disputes/{id}": "DisputeRetrieve",
    "POST /v1/disputes/{id}": "DisputeUpdate",
    "POST /v1/disputes/{id}/close": "DisputeClose",
    "POST /v1/payouts": "PayoutCreate",
    "GET /v1/payouts": "PayoutList",
    "GET /v1/payouts/{id}": "PayoutRetrieve",
    "POST /v1/payouts/{id}": "PayoutUpdate",
    "POST /v1/payouts/{id}/cancel": "PayoutCancel",
    "GET /v1/events": "EventList",
    "GET /v1/events/{id}": "EventRetrieve",
    "POST /v1/billing_portal/sessions": "billing_portal.SessionCreate",
    "POST /v1/webhook_endpoints": "WebhookEndpointCreate",
    "GET /v1/webhook_endpoints": "WebhookEndpointList",
    "GET /v1/webhook_endpoints/{id}": "WebhookEndpointRetrieve",
    "POST /v1/webhook_endpoints/{id}": "WebhookEndpointUpdate",
    "DELETE /v1/webhook_endpoints/{id}": "WebhookEndpointDelete",
    "GET /v1/account": "AccountRetrieveCurrent",
}


def typed_dict_of(call: Call) -> Any:
    """The library's TypedDict for the parameters of a call."""
    attribute: Any = params
    for name in f"{_NAMES[f'{call.method} {call.path}']}Params".split("."):
        attribute = getattr(attribute, name)
    return attribute


def hints(typed_dict: Any) -> dict[str, Any]:
    """The fields of a TypedDict with their types."""
    known = {**vars(typing), **vars(options), **vars(sys.modules[typed_dict.__module__])}
    return get_type_hints(typed_dict, {**known, "StripeContext": stripe.StripeContext})


def choices(wanted: Any) -> list[Any]:
    """The members of a union, or the type itself."""
    return list(get_args(wanted)) if get_origin(wanted) in (typing.Union, type(int | str)) else [wanted]


def unknown_to_the_library(parameter: Parameter, wanted: Any, path: str = "") -> list[str]:
    """Names and words that the twin accepts and the library does not know."""
    return list(_unknown(parameter, wanted, path))


def missing_requirements(parameter: Parameter, wanted: Any, path: str = "") -> list[str]:
    """Names that the library calls required and the twin does not."""
    return list(_not_required(parameter, wanted, path))


def _not_required(parameter: Parameter, wanted: Any, path: str) -> Iterator[str]:
    kinds = choices(wanted)
    match parameter:
        case Either():
            yield from _not_required(parameter.second, wanted, path)
        case ListOf():
            lists = [choice for choice in kinds if get_origin(choice) is list]
            yield from _not_required(parameter.element, get_args(lists[0])[0], path) if lists else ()
        case Params():
            for group in (choice for choice in kinds if is_typeddict(choice)):
                known = hints(group)
                missing = group.__required_keys__ - set(parameter.required)
                yield from (f"{path}.{name}: is required by the library" for name in missing if name in parameter.known)
                for name, field in parameter.known.items():
                    yield from _not_required(field, known.get(name), f"{path}.{name}")


def _unknown(parameter: Parameter, wanted: Any, path: str) -> Iterator[str]:
    kinds = choices(wanted)
    match parameter:
        case Either():
            yield from _unknown(parameter.first, wanted, path)
            yield from _unknown(parameter.second, wanted, path)
        case TimeRange():
            yield from _unknown(parameter.bounds, wanted, path)
        case Params():
            known = next((hints(choice) for choice in kinds if is_typeddict(choice)), {})
            for name, field in parameter.known.items():
                if name in known:
                    yield from _unknown(field, known[name], f"{path}.{name}")
                else:
                    yield f"{path}.{name}: the library does not know it"
        case ListOf():
            lists = [choice for choice in kinds if get_origin(choice) is list]
            yield from _unknown(parameter.element, get_args(lists[0])[0], path) if lists else [f"{path}: is no list"]
        case OneOf():
            words = {word for choice in kinds if get_origin(choice) is Literal for word in get_args(choice)}
            yield from (f"{path}: {word} is unknown" for word in parameter.words if words and word not in words)
