"""Who gives: one donor for each address, however often they give."""
