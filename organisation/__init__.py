"""The one legal recipient of an installation: what donors read of it, its look and its giving rules, every version."""
