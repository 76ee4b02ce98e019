"""Hostile statements against documents, their numbers and voids, and the guards that stop each of them."""

from tests.database.attacks import Attack, changed, copied, removed

# A row that no other refers to, so that no foreign key helps the guard.
LONE_DOCUMENT = copied("document", "number = 1", id="'CN2026-000003'", number="3", edition="3")

DOCUMENTS = (
    changed("receipt_void", "why = 'other'", "receipt_id > 0", "receipt_void_no_update"),
    removed("receipt_void", "receipt_id > 0"),
    changed("document", "snapshot = '{}'", "number = 1", "document_person_frozen"),
    changed("document", "subject = 'receipt:9'", "number = 1", "document_frozen"),
    changed("document", "erased_at = NULL", "number = 1", "document_erased_once"),
    removed("document", "number = 3", LONE_DOCUMENT),
    changed("document_pdf", "pdf = (SELECT body FROM delivery_body)", "document_id > ''", "document_pdf_person_frozen"),
    changed("document_pdf", f"sha256 = '{'1' * 64}'", "document_id > ''", "document_pdf_frozen"),
    changed("document_pdf", "erased_at = NULL", "document_id > ''", "document_pdf_erased_once"),
    removed("document_pdf", "document_id > ''"),
    changed("document_void", "why = 'other'", "document_id > ''", "document_void_no_update"),
    removed("document_void", "document_id > ''"),
    changed("document_series", "last_number = 1", "year = 2026", "document_series_rises"),
    changed("document_series", "year = 2027", "year = 2026", "document_series_rises"),
    removed("document_series", "year = 2026"),
    changed("document_gap", "last_number = 9", "year = 2025", "document_gap_no_update"),
    removed("document_gap", "year = 2025"),
)

COPIES_OF_DOCUMENTS = (
    Attack(
        "document: a number given twice",
        "document",
        copied("document", "number = 1", id="'CN2026-9'", edition="9"),
        ("uq_document_series_year_number",),
    ),
    Attack(
        "document: a second one of a cause",
        "document",
        copied("document", "number = 1", id="'CN2026-9'", number="9"),
        ("uq_document_series_subject_edition",),
    ),
)
