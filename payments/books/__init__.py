"""What happenings do to the books: load what is known, decide what follows, save it."""
