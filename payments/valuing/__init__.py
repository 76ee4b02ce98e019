"""What a gift is worth beside its amount: bequests, what donors got back for it; and loans, which are no gifts."""
