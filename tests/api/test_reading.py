"""Programs read what their token is for, as the served document says, and nothing else."""

import re
from datetime import date, timedelta
from itertools import combinations

from api.tokens import TokenScope, digest_of
from api.tokens_store import all_tokens, revoke_token
from database.transactions import reading, writing
from donors.erasure_store import ask_for_erasure
from donors.merge_store import merge_donors
from ledger.accounts import Account
from ledger.kinds import EntryKind
from payments.erasing.jobs import erase_person
from tests.api.conftest import MOST, Site
from tests.api.served_schema import broken
from tests.payments.organisation_books import gift_id
from tests.proof.books import BUSES, LIBRARIES

GIFTS, TOTALS, DONORS = TokenScope.GIFTS, TokenScope.TOTALS, TokenScope.DONORS
NEEDS = {
    "/api/v1/campaigns": TOTALS,
    "/api/v1/campaigns/{slug}": TOTALS,
    "/api/v1/totals": TOTALS,
    "/api/v1/gifts": GIFTS,
    "/api/v1/gifts/{gift_id}": GIFTS,
    "/api/v1/donors": DONORS,
    "/api/v1/donors/{donor_id}": DONORS,
}
SCOPE_SETS = [scopes for n in (1, 2, 3) for scopes in combinations(TokenScope, n)]


def test_each_address_needs_its_scope_and_its_document_says_so(site: Site) -> None:
    """Every set of scopes at every address; a refusal is a problem that says which scope is missing."""
    site.desk.give(1, 2500)
    donor = site.desk.books.gift(1).donor_id or ""
    paths = {path: re.sub(r"\{slug\}", "libraries", path).replace("{gift_id}", gift_id(1)).replace("{donor_id}", donor)
             for path in NEEDS}  # fmt: skip
    assert {path: operation["get"]["security"] for path, operation in site.schema["paths"].items()} == {
        path: [{"token": [scope.value]}] for path, scope in NEEDS.items()
    }
    for scopes in SCOPE_SETS:
        secret = site.token(*scopes)
        for path, needed in NEEDS.items():
            answer = site.ask(paths[path], secret)
            assert answer.status_code == (200 if needed in scopes else 403), (path, scopes)
            assert broken(site.schema, path, answer.status_code, answer.json()) == []
            if answer.status_code == 403:
                challenge = f'Bearer error="insufficient_scope", scope="{needed.value}"'
                assert answer.headers["www-authenticate"] == challenge
                assert needed.value in answer.json()["detail"]
            elif path.startswith("/api/v1/gifts"):
                assert ("donor1@example.org" in answer.text) == (DONORS in scopes)


def test_without_a_good_token_there_is_nothing(site: Site) -> None:
    """Missing, wrong, of another kind, in the address, expired, revoked: one answer for all of them."""
    good, ending = site.token(GIFTS), site.token(GIFTS, ends_on=date(2026, 11, 21))
    assert [site.ask("/api/v1/gifts", secret).status_code for secret in (good, ending)] == [200, 200]
    wrong = good[:-1] + ("0" if good[-1] != "0" else "1")
    refused = [site.ask("/api/v1/gifts", secret) for secret in (wrong, "x", good[:40], "farthing_")]
    refused += [site.client.get("/api/v1/gifts", headers={"authorization": f"Basic {good}"})]
    refused += [site.client.get("/api/v1/gifts", params={"token": good, "access_token": good})]
    with writing(site.engine) as conn:
        [kept] = [token for token in all_tokens(conn) if token.ends_on is None]
        assert [revoke_token(conn, kept.id, kept.made_by, site.clock()) for _ in range(2)] == [True, False]
    refused.append(site.ask("/api/v1/gifts", good))
    site.clock.advance(timedelta(hours=12))  # midnight, in the organisation's days
    refused.append(site.ask("/api/v1/gifts", ending))
    for answer in refused:
        assert (answer.status_code, answer.json()) == (401, refused[0].json())
        assert broken(site.schema, "/api/v1/gifts", 401, answer.json()) == []
        assert answer.headers["www-authenticate"].startswith("Bearer")
        assert (answer.headers["content-type"], answer.headers["cache-control"], "set-cookie" in answer.headers) == (
            "application/problem+json", "no-store", False,
        )  # fmt: skip


def test_of_a_secret_only_its_digest_is_kept_and_its_use_is_noted_by_the_day(site: Site) -> None:
    """Whoever reads the database can use no token; the look-up is by digest, so its time says nothing."""
    secret = site.token(TOTALS)
    digest = digest_of(secret)
    raw = site.engine.raw_connection()
    everything = "\n".join(raw.driver_connection.iterdump())  # type: ignore[union-attr]
    raw.close()
    assert digest is not None
    assert (secret in everything, secret[9:-4] in everything, digest.hex().upper() in everything.upper()) == (
        False, False, True,
    )  # fmt: skip
    days = []
    for _ in range(2):
        for _ in range(2):
            site.ask("/api/v1/totals", secret)
        with reading(site.engine) as conn:
            days += [token.used_on for token in all_tokens(conn)]
        site.clock.advance(timedelta(days=1))
    assert days == [date(2026, 11, 21), date(2026, 11, 22)]


def test_a_token_has_so_many_requests_a_minute_and_another_has_its_own(site: Site) -> None:
    """The answer says how long to wait, and that is long enough."""
    secret, other = site.token(TOTALS), site.token(TOTALS)
    answers = [site.ask("/api/v1/totals", secret) for _ in range(MOST + 1)][-2:]
    assert [answer.status_code for answer in answers] == [200, 429]
    assert broken(site.schema, "/api/v1/totals", 429, answers[1].json()) == []
    assert site.ask("/api/v1/totals", other).status_code == 200
    site.clock.advance(timedelta(seconds=int(answers[1].headers["retry-after"])))
    assert site.ask("/api/v1/totals", secret).status_code == 200


UNREADABLE = (
    ("/api/v1/gifts", {"form": "2026-11-01"}),
    ("/api/v1/gifts", {"from": "2026"}),
    ("/api/v1/gifts", {"from": "2026-02-30"}),
    ("/api/v1/gifts", {"state": "paid"}),
    ("/api/v1/gifts", {"campaign": "nothing-of-ours"}),
    ("/api/v1/gifts", {"cursor": "bm90LW91cnM"}),
    ("/api/v1/gifts", {"cursor": "ä" * 20}),
    ("/api/v1/totals", {"to": "yesterday"}),
    ("/api/v1/donors", {"name": "Donor 1"}),
)


def test_what_cannot_be_read_is_refused_and_never_taken_for_everything(site: Site) -> None:
    """A slip in a parameter's name would otherwise give every gift."""
    secret = site.token(*TokenScope)
    for address, query in UNREADABLE:
        answer = site.ask(address, secret, **query)
        assert answer.status_code == 422, query
        assert broken(site.schema, address, 422, answer.json()) == []
        assert query.keys() <= {error["parameter"] for error in answer.json().get("errors", [])} | {
            "campaign",
            "cursor",
        }


def test_figures_follow_to_the_net(site_on_both: Site) -> None:
    """By campaign and in all, of some days or of all; the gift says what went back of it."""
    site = site_on_both
    site.desk.give(1, 2500)
    site.desk.give(2, 1000, days_ago=40)
    site.desk.give(3, 9900, BUSES)
    site.desk.move(EntryKind.REFUND, Account.REFUNDS, Account.CLEARING, 500)
    site.desk.move(EntryKind.DISPUTE, Account.DISPUTE_LOSSES, Account.CLEARING, 300)
    site.desk.move(EntryKind.FEE, Account.FEES, Account.STRIPE, 58)
    secret = site.token(TOTALS)

    libraries = {"currency": "GBP", "gross": 3500, "refunds": 500, "disputes": 300, "fees": 58, "net": 2642, "gifts": 2}
    buses = {"currency": "GBP", "gross": 9900, "refunds": 0, "disputes": 0, "fees": 0, "net": 9900, "gifts": 1}
    whole = {"currency": "GBP", "gross": 13400, "refunds": 500, "disputes": 300, "fees": 58, "net": 12542, "gifts": 3}
    totals = site.read("/api/v1/totals", secret)
    assert totals["campaigns"] == [{**libraries, "campaign": "libraries"}, {**buses, "campaign": "buses"}]
    assert (totals["totals"], totals["from"], totals["to"]) == ([whole], None, None)
    campaigns = site.read("/api/v1/campaigns", secret)
    assert [(each["slug"], each["totals"]) for each in campaigns["data"]] == [
        ("libraries", [libraries]), ("buses", [buses]),
    ]  # fmt: skip
    assert site.read("/api/v1/campaigns/{slug}", secret, of="buses") == campaigns["data"][1]
    old = site.read("/api/v1/totals", secret, **{"from": "2026-10-01", "to": "2026-10-31"})
    assert [each["gross"] for each in old["totals"]] == [1000]


def test_an_erased_donor_does_not_appear_and_a_merged_one_leads_to_the_person(site_on_both: Site) -> None:
    """From the moment at which they asked, before the work is done, and after it."""
    site = site_on_both
    for n in (1, 2, 3):
        site.desk.give(n, 1000 * n)
    one, two, three = (site.desk.books.gift(n).donor_id or "" for n in (1, 2, 3))
    secret = site.token(*TokenScope)
    assert len(site.read("/api/v1/donors", secret)["data"]) == 3
    with writing(site.engine) as conn:
        merge_donors(conn, two, one, "ada", site.clock())
        ask_for_erasure(conn, [three], "donor", None, site.clock())

    for erase in (False, True):
        if erase:
            with writing(site.engine) as conn:
                erase_person(conn, [three], ["donor3@example.org"], site.clock)
        [person] = site.read("/api/v1/donors", secret)["data"]
        assert (person["id"], person["gifts"], person["given"]) == (one, 2, [{"currency": "GBP", "amount": 3000}])
        assert site.read("/api/v1/donors/{donor_id}", secret, of=two) == person
        assert site.ask(f"/api/v1/donors/{three}", secret).status_code == 404
        gifts = site.read("/api/v1/gifts", secret)["data"]
        givers = {gift["id"]: (gift["donor"] or {}).get("id") for gift in gifts}
        assert givers == {gift_id(1): one, gift_id(2): one, gift_id(3): None}
        assert "donor3" not in site.ask("/api/v1/gifts", secret).text


def test_a_gift_says_what_it_is(site: Site) -> None:
    """Of a split gift the shares add up; an unpaid one is listed by its state alone."""
    site.desk.books.pledge(1, amount=2500, shares=[(LIBRARIES, 1500), (BUSES, 1000)])
    secret = site.token(GIFTS)
    assert site.read("/api/v1/gifts", secret)["data"] == []
    [gift] = site.read("/api/v1/gifts", secret, state="not-paid", campaign="buses")["data"]
    assert gift == site.read("/api/v1/gifts/{gift_id}", secret, of=gift_id(1))
    assert (gift["amount"], gift["state"], gift["means"], gift["donor"]) == (2500, "pending", "stripe", None)
    assert gift["shares"] == [{"campaign": "libraries", "amount": 1500}, {"campaign": "buses", "amount": 1000}]
    assert site.ask("/api/v1/gifts/nothing", secret).status_code == 404
    assert site.client.post("/api/v1/gifts").status_code == 405
