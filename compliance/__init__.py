"""UK political money: amounts that the rules name, each from a day to a day."""
