"""Standing orders: what donors pay from their bank by themselves, known by a short reference."""
