"""Payment methods by the names that donors know them by. Pure.

Stripe's types (docs.stripe.com/api/charges/object, `payment_method_details.type`), the retired ones with them, because
charges of years ago still come in lists. A test holds the table against every type that the stripe library knows.
"""

import re
from collections.abc import Mapping

from payments.stripe.objects import StripeObject

CARD = "card"
CARDS = frozenset({CARD, "card_present", "interac_present", "kr_card"})
"""What is paid with a card, online or at a reader."""

METHOD_NAMES: Mapping[str, str] = {
    "ach_credit_transfer": "US bank transfer",
    "ach_debit": "US bank account",
    "acss_debit": "Canadian bank account",
    "affirm": "Affirm",
    "afterpay_clearpay": "Afterpay or Clearpay",
    "alipay": "Alipay",
    "alma": "Alma",
    "amazon_pay": "Amazon Pay",
    "au_becs_debit": "Australian bank account (BECS)",
    "bacs_debit": "Bacs Direct Debit",
    "bancontact": "Bancontact",
    "billie": "Billie",
    "bizum": "Bizum",
    "blik": "BLIK",
    "boleto": "Boleto",
    "card": "Card",
    "card_present": "Card at a reader",
    "cashapp": "Cash App Pay",
    "crypto": "Stablecoin",
    "custom": "Another way of paying",
    "customer_balance": "Bank transfer",
    "eps": "eps",
    "fpx": "FPX",
    "giropay": "giropay",
    "grabpay": "GrabPay",
    "ideal": "iDEAL",
    "interac_present": "Interac at a reader",
    "kakao_pay": "Kakao Pay",
    "klarna": "Klarna",
    "konbini": "Konbini",
    "kr_card": "Korean card",
    "link": "Link",
    "mb_way": "MB WAY",
    "mobilepay": "MobilePay",
    "multibanco": "Multibanco",
    "naver_pay": "Naver Pay",
    "nz_bank_account": "New Zealand bank account (BECS)",
    "oxxo": "OXXO",
    "p24": "Przelewy24",
    "pay_by_bank": "Pay by Bank",
    "payco": "PAYCO",
    "paynow": "PayNow",
    "paypal": "PayPal",
    "paypay": "PayPay",
    "payto": "PayTo",
    "pix": "Pix",
    "promptpay": "PromptPay",
    "revolut_pay": "Revolut Pay",
    "samsung_pay": "Samsung Pay",
    "satispay": "Satispay",
    "scalapay": "Scalapay",
    "sepa_credit_transfer": "SEPA bank transfer",
    "sepa_debit": "SEPA Direct Debit",
    "sequra": "seQura",
    "sofort": "Sofort",
    "stripe_account": "Stripe balance",
    "sunbit": "Sunbit",
    "swish": "Swish",
    "twint": "TWINT",
    "upi": "UPI",
    "us_bank_account": "US bank account",
    "wechat": "WeChat Pay",
    "wechat_pay": "WeChat Pay",
    "zip": "Zip",
}
_BRANDS = {
    "visa": "Visa", "mastercard": "Mastercard", "amex": "American Express", "discover": "Discover",
    "diners": "Diners Club", "jcb": "JCB", "unionpay": "UnionPay", "cartes_bancaires": "Cartes Bancaires",
    "eftpos_au": "eftpos", "interac": "Interac",
}  # fmt: skip
_LONGEST = 40
_FOUR_DIGITS = re.compile("[0-9]{4}").fullmatch


def method_name(method: str, details: StripeObject) -> str:
    """How it was paid, as a receipt prints it: "Visa ending 4242", "iDEAL", "US bank account".

    `details` are those of a charge. A type that is newer than this table keeps Stripe's word, made readable.
    """
    name = METHOD_NAMES.get(method, method.replace("_", " ").strip().capitalize())[:_LONGEST]
    of_method = details.get(method)
    if method not in CARDS or not isinstance(of_method, dict):
        return name
    brand = _BRANDS.get(str(of_method.get("brand")), "Card" if method == CARD else name)
    digits = str(of_method.get("last4"))
    return f"{brand} ending {digits}" if _FOUR_DIGITS(digits) else brand
