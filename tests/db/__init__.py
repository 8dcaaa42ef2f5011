"""Operations and queries on real PostgreSQL."""
