"""Standing orders at the desk."""
