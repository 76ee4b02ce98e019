"""Made-up houses: what breaks each rule, with the sentence that names it, and what a rule lets pass."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from tests.architecture import kinds, ownership, places, shape
from tests.architecture.reading import Module

Rule = Callable[[Sequence[Module]], Iterator[str]]
Files = Mapping[str, str]

STORES = (
    "database/*, */store.py, */store_*.py, */*_store.py, */views.py, */*_views.py, payments/books/load.py,"
    " payments/books/save.py, */tables.py, outbox/jobs.py, outbox/letters.py, web/sessions.py,"
    " ledger/audit.py, ledger/audit_*.py"
)
LONG = "def long():\n" + "    pass\n" * 40

BROKEN: list[tuple[Rule, Files, str]] = [
    (
        places.layers,
        {"ledger/store.py": "import payments.gifts.gift", "payments/gifts.py": ""},
        "ledger/store.py:1 imports payments.gifts.gift; payments is not below ledger.",
    ),
    (
        places.layers,
        {"ledger/a.py": "\nfrom outbox.jobs import enqueue", "outbox/jobs.py": ""},
        "ledger/a.py:2 imports outbox.jobs; outbox is not below ledger.",
    ),
    (
        places.layers,
        {"web/errors.py": "from ledger.money import Money", "ledger/money.py": ""},
        "web/errors.py:1 imports ledger.money; ledger is not below web.",
    ),
    (
        places.layers,
        {"web/pages.py": "from settings import Settings", "settings.py": ""},
        "web/pages.py:1 imports settings; only bench, commands, installation, main, migrations, planting, processes,"
        " tests may.",
    ),
    (
        places.layers,
        {"sandbox/a.py": "from ledger.money import Money", "ledger/money.py": ""},
        "sandbox/a.py:1 imports ledger.money; the twin knows nothing of the product.",
    ),
    (
        places.layers,
        {"payments/a.py": "from sandbox.world import World", "sandbox/world.py": ""},
        "payments/a.py:1 imports sandbox.world; only bench, commands, installation, main, migrations, planting, tests,"
        " worker may.",
    ),
    (
        places.layers,
        {"ledger/a.py": "import tests.clock", "tests/clock.py": ""},
        "ledger/a.py:1 imports tests.clock; nothing in the house looks at tests.",
    ),
    (
        places.homes,
        {"payments/inbox/writer.py": "import stripe"},
        "payments/inbox/writer.py:1 imports stripe; stripe lives in payments/stripe/*, sandbox/*.",
    ),
    (
        places.homes,
        {"treasury/desk.py": "from sqlalchemy import select"},
        f"treasury/desk.py:1 imports sqlalchemy.select; sqlalchemy lives in {STORES}.",
    ),
    (
        places.homes,
        {"campaigns/store.py": "from fastapi import APIRouter"},
        "campaigns/store.py:1 imports fastapi.APIRouter; fastapi lives in */routes.py, */*_routes.py, web/*, main.py.",
    ),
    (
        places.purity,
        {"ledger/money.py": "import os"},
        "ledger/money.py:1 imports os; ledger.money only computes.",
    ),
    (
        places.purity,
        {"receipts/receipt.py": "from database.engine import open_database"},
        "receipts/receipt.py:1 imports database.engine.open_database; receipts.receipt only computes.",
    ),
    (
        places.deferred,
        {"a.py": "def f():\n    import json\n"},
        "a.py:2 imports json inside a function; it needs to stand at the top of the file.",
    ),
    (
        places.deferred,
        {"a.py": "def f():\n    import weasyprint\n"},
        "a.py:2 imports weasyprint inside a function; it needs a comment that says why.",
    ),
    (
        places.cycles,
        {"web/a.py": "from web import b", "web/b.py": "import web.a"},
        "These modules import each other in a circle: web.a → web.b → web.a.",
    ),
    (
        places.folders,
        {
            "treasury/routes.py": "from treasury.money.routes import money_routes",
            "treasury/money/routes.py": "import treasury.store",
            "treasury/store.py": "",
        },
        "These folders import each other in a circle: treasury → treasury.money → treasury.",
    ),
    (
        places.layers,
        {"proof/audit.py": "import treasury.routes", "treasury/routes.py": ""},
        "proof/audit.py:1 imports treasury.routes; treasury is not below proof.",
    ),
    (
        places.layers,
        {"staff/act.py": "import payments.gifts", "payments/gifts.py": ""},
        "staff/act.py:1 imports payments.gifts; payments is not below staff.",
    ),
    (
        places.folders,
        {
            "donors/pages/routes.py": "from donors.mail.letters import letter",
            "donors/mail/letters.py": "from donors.pages.routes import address",
        },
        "These folders import each other in a circle: donors.pages → donors.mail → donors.pages.",
    ),
    (
        places.folder_order,
        {"payments/gifts/store.py": "\nimport payments.books.load", "payments/books/load.py": ""},
        "payments/gifts/store.py:2 imports payments.books.load; payments.books is not below payments.gifts.",
    ),
    (
        places.folder_order,
        {"payments/giving/form.py": "import payments.reading.fields", "payments/reading/fields.py": ""},
        "payments/giving/form.py:1 imports payments.reading.fields; payments.reading is not below payments.giving.",
    ),
    (
        places.folder_order,
        {"payments/mail/letters.py": ""},
        "payments/mail/letters.py:1 stands in a folder that the order of payments does not name.",
    ),
    (
        ownership.own_tables,
        {"treasury/money/store.py": "from payments.gifts.tables import gift", "payments/gifts/tables.py": ""},
        "treasury/money/store.py:1 imports payments.gifts.tables; ask payments.gifts through its store.py or views.py.",
    ),
    (
        ownership.own_tables,
        {"payments/books/save.py": "from payments.gifts import tables", "payments/gifts/tables.py": ""},
        "payments/books/save.py:1 imports payments.gifts.tables; ask payments.gifts through its store.py or views.py.",
    ),
    (
        ownership.public_names,
        {"ledger/a.py": "class Line: ...", "receipts/a.py": "\n\nclass Line: ..."},
        "Line stands in ledger/a.py:1 and receipts/a.py:3; name each for what it is.",
    ),
    (
        ownership.public_names,
        {"ledger/a.py": "def total(): ...", "ledger/b.py": "async def total(): ..."},
        "total stands in ledger/a.py:1 and ledger/b.py:1; name each for what it is.",
    ),
    (
        ownership.public_names,
        {"ledger/a.py": "Row = dict[str, int]", "web/a.py": "class Row: ..."},
        "Row stands in ledger/a.py:1 and web/a.py:1; name each for what it is.",
    ),
    (
        ownership.forwards,
        {"ledger/a.py": '"""Kept for older callers."""\n\nfrom ledger.money import Money\n'},
        "ledger/a.py:1 only imports; let others import from where it is made.",
    ),
    (
        ownership.forwards,
        {"ledger/a.py": "from ledger import store\n\ndef post(conn, entry):\n    return store.post(conn, entry)"},
        "ledger/a.py:3 post only calls store.post; call that instead.",
    ),
    (
        ownership.forwards,
        {"ledger/a.py": "class Books:\n    def post(self, entry, *, now):\n        self.store.post(entry, now=now)"},
        "ledger/a.py:2 post only calls self.store.post; call that instead.",
    ),
    (
        shape.sizes,
        {"a.py": "#\n" * 301},
        "a.py:301 goes on after 300 lines.",
    ),
    (
        shape.sizes,
        {"a.py": LONG},
        "a.py:1 long has 41 lines; 40 are the most.",
    ),
    (
        shape.medians,
        {"a.py": "#\n" * 100},
        "The median module has 100 lines; it should stay under 100.",
    ),
    (
        shape.medians,
        {"a.py": "def f():\n" + "    pass\n" * 7},
        "The median function has 8 lines; it should stay under 8.",
    ),
    (
        shape.names,
        {"web/utils.py": ""},
        "web/utils.py:1 is named utils, which says nothing.",
    ),
    (
        shape.names,
        {"a.py": "def handle_gift(): ..."},
        "a.py:1 handle_gift: say what it does instead.",
    ),
    (
        shape.names,
        {"a.py": "class GiftManager: ..."},
        "a.py:1 GiftManager: name what it is instead.",
    ),
    (
        shape.package_docstrings,
        {"web/__init__.py": "from web import a"},
        "web/__init__.py:1 should hold one docstring and nothing else.",
    ),
    (
        shape.swallowed,
        {"a.py": "try: ...\nexcept (ValueError, Exception): ..."},
        "a.py:2 catches everything; name what can happen.",
    ),
    (
        shape.mocks,
        {"tests/a.py": "from unittest.mock import patch"},
        "tests/a.py:1 imports unittest.mock.patch; use the sandbox, or a fake.",
    ),
    (
        shape.floats,
        {"ledger/money.py": "half = 5 / 2"},
        "ledger/money.py:1 divides with /; money is whole numbers.",
    ),
    (
        shape.floats,
        {"ledger/money.py": "x = float(1)"},
        "ledger/money.py:1 uses a float; money is whole numbers.",
    ),
    (
        kinds.kinds,
        {"ledger/a.py": "kind = 'refund_failed'"},
        "ledger/a.py:1 writes 'refund_failed'; use EntryKind of ledger/kinds.py.",
    ),
    (
        kinds.kinds,
        {"ledger/accounts.py": "key = f'other:{line}'"},
        "ledger/accounts.py:1 writes 'other'; use EntryKind of ledger/kinds.py.",
    ),
    (
        kinds.kinds,
        {"payments/settlement/reconcile.py": "received = posted.get('gift')"},
        "payments/settlement/reconcile.py:1 writes 'gift'; use EntryKind of ledger/kinds.py.",
    ),
    (
        shape.clocks,
        {"web/a.py": "now = datetime.now(UTC)"},
        "web/a.py:1 asks for the time; take a clock, or now, as an argument.",
    ),
]


KEPT: list[tuple[Rule, Files]] = [
    (places.layers, {"web/wording.py": "from ledger.money import Money", "ledger/money.py": ""}),
    (places.layers, {"tests/a.py": "import sandbox.world", "sandbox/world.py": ""}),
    (
        places.homes,
        {"treasury/desk.py": "from sqlalchemy import Engine\nfrom sqlalchemy.exc import OperationalError"},
    ),
    (places.deferred, {"a.py": "def f():\n    # 1.1 s to import\n    import weasyprint\n"}),
    (places.folder_order, {"payments/inbox/a.py": "import payments.gifts.gift", "payments/gifts/gift.py": ""}),
    (ownership.own_tables, {"payments/gifts/views.py": "import receipts.tables", "receipts/tables.py": ""}),
    (ownership.own_tables, {"proof/store_audit.py": "import ledger.tables", "ledger/tables.py": ""}),
    (ownership.own_tables, {"ledger/tables.py": "import database.tables", "database/tables.py": ""}),
    (ownership.public_names, {"ledger/a.py": "def _row(): ...\nROWS = 5", "web/a.py": "def _row(): ...\nROWS = 5"}),
    (ownership.public_names, {"ledger/a.py": "class Account: ...", "sandbox/a.py": "class Account: ..."}),
    (
        ownership.forwards,
        {"web/a.py": "def page(name):\n    return render(name, now())\n\n@router.get('/')\ndef show(a):\n    page(a)"},
    ),
    (kinds.kinds, {"ledger/kinds.py": "GIFT = 'gift'", "ledger/accounts.py": "OTHER = 'other'"}),
    (shape.swallowed, {"a.py": "try: ...\nexcept BaseException:\n    undo()\n    raise"}),
    (shape.sizes, {"a.py": 'def f():\n    """' + "long\n" * 50 + '"""'}),
    (shape.sizes, {"a.py": "def routes():\n" + "    def page():\n        ...\n" * 30}),
]
