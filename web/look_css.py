"""The organisation's colour for pages, as a small stylesheet, and for letters. Both depend on the colour alone."""

from web.colour import ON_DARK, ON_LIGHT, palette


def look_css(colour: str) -> str:
    """Our tokens in shades of a colour. Raises BadColour."""
    shades = palette(colour)
    return f"""\
:root {{
  --pine: {shades.pine};
  --press: {shades.press};
  --on-pine: {ON_LIGHT};
  --tint: {shades.tint};
  --copper: {shades.pine};
  --foot: {shades.foot};
}}

@media (prefers-color-scheme: dark) {{
  :root {{
    --pine: {shades.dark_pine};
    --press: {shades.dark_press};
    --on-pine: {ON_DARK};
    --tint: {shades.dark_tint};
    --copper: {shades.dark_pine};
    --foot: #0e0c0a;
  }}
}}

@media print {{
  :root {{ --foot: #fff; }}
}}
"""


def letter_css(style: str, colour: str | None) -> str:
    """The stylesheet of letters (templates/letter.css) in shades of a colour; as it is without one."""
    if colour is None:
        return style
    shades = palette(colour)
    ours = {"#134a3b": shades.pine, "#8ed8b8": shades.dark_pine, "#0a2a20": ON_DARK}
    for name, shade in ours.items():
        style = style.replace(name, shade)
    return style


def look_path(colour: str) -> str:
    """Where the stylesheet of a colour is served."""
    return f"/look/{colour.removeprefix('#')}.css"
