"""What people are called and what attackers type: strings for every field of text, and what is kept of each.

Invisible characters are written as escapes, so that this file hides nothing.
"""

REAL = (
    "Ünal",
    "李小龙",
    "O'Brien",
    "Smith & Söhne <Leeds>",
    "محمد بن سلمان",
    "שָׁלוֹם כהן",
    "नमस्ते",
    "می\u200cخواهم",  # noqa: RUF001 (Persian)
    "Gwen \U0001f3f4\U000e0067\U000e0062\U000e0077\U000e006c\U000e0073\U000e007f 🇬🇧",
    "👩\u200d👩\u200d👧\u200d👦 family",
)
MARKUP = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</title></textarea><svg/onload=alert(1)>",
    "<!--<script>",
    "]]><!DOCTYPE x>",
    "&lt;b&gt; &amp;amp;",
    "[click](javascript:alert(1))",
)
TEMPLATES = ("{{7*7}}", "{% include 'base.html' %}", "%(x)s", "%s%n%d", "{0}", "{0.__class__}", "${7*7}")
FORMULAS = ("=1+1", "@SUM(A1)", "+44 20", "-2+3", '=HYPERLINK("http://x.example")', "\uff1d1+1", "\uff0b1", "\uff20SUM")
DATABASE = ("'; DROP TABLE gift; --", "Robert\\'); --", '" OR ""="')
LONG = ("W" * 100, "supercalifragilistic" * 5, "李" * 100, "a\u0301\u0316" * 33)

# These are kept as they are typed, but for the canonical form of their accents (NFC).
AS_TYPED = REAL + MARKUP + TEMPLATES + FORMULAS + DATABASE + LONG
# What cannot be seen, or breaks a line, is not kept: typed, kept on one line.
CLEANED = {
    "Zoë\r\nBcc: all@example.org": "Zoë Bcc: all@example.org",
    "Zoë\nSubject: won": "Zoë Subject: won",
    "Zoë\u2028X-Spam: no": "Zoë X-Spam: no",
    "a\x00b": "ab",
    "zero\u200bwidth\ufeff": "zerowidth",
    "ann\u202egnp.exe": "anngnp.exe",
    "\u2066iso\u2069lated\u200f": "isolated",
    "\x1b[31mred": "[31mred",
}
ACCEPTED = tuple({text: text for text in AS_TYPED} | CLEANED)
# What no name may be, and the reason that is said.
REFUSED = {
    "a" + "\u0301" * 50_000: "Shorten this to",
    "a" + "\u0301" * 40: "Use at most two accents on a letter",
    "W" * 101: "Shorten this to",
    "word" * 100_000: "Shorten this to",
}
# What a page or letter would hold if a string of the corpus became markup in it.
EXECUTED = ("<script>alert", "<img src=x", "<svg/onload", "' onmouseover='", "<!--<script", 'javascript:alert(1)"')
