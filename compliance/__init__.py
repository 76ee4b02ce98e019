"""UK political money: dated rules, checks with a clock, aggregation, and what is reported when."""
