"""The search box of the desk: a person, a sum, a reference, a receipt's number or an id of Stripe's."""
