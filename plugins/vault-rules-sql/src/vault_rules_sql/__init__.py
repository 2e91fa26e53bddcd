"""Order books and warehouses in PostgreSQL and SQLite: the adapters `sql` of traders and storages."""
