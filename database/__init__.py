"""The database: its engine, transactions, column types, MetaData and migrations. It imports no other package."""
