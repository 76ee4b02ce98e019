"""The ground floor: one engine, its transactions, column types and the tables' MetaData."""
