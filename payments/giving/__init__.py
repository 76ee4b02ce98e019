"""The donor's form, the way to Stripe and back, and thanks."""
