# Only code of this process can hold this object: a context that comes in by RPC never opens the inspection zones.
INCOMING = object()
