def pre_init_hook(env):
    """Create the PostgreSQL extensions that the exclusion constraint on visits and the searches rest on.

    Both are trusted extensions: the owner of the database may create them.
    """
    env.cr.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
    env.cr.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
